"""What each adapter is tried on: always the same simulator, behind whatever the adapter speaks to."""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import socket
import sys
import threading
import time
import tty
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.domain.hall import PrinterState
from core.settings import PrinterSettings
from kiosk.printing.adapters import adapter
from kiosk.printing.port import Printer
from kiosk.printing.simulator import STATES, Simulator
from tests.running import PATIENCE_S

TIMEOUT_S = 0.25


class Rig:
    """A printer of one kind that can be broken, and the paper that came out of it."""

    can: frozenset[str] = frozenset(
        {"answers", "paper-out", "cover-open", "near-end", "mute", "garbage", "drops", "gone"}
    )

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tmp_path = tmp_path
        self.monkeypatch = monkeypatch
        self.simulator = Simulator(width=384)
        self.simulator.start()
        self.ends: list[Callable[[], None]] = [self.simulator.stop]

    def printer(self, **more: Any) -> Printer:
        told = {"id": "p", "name": "P", "width_mm": 58, "timeout_s": TIMEOUT_S} | self.settings() | more
        return adapter(PrinterSettings(**told), self.tmp_path)

    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    def wrong(self, fault: str) -> None:
        self.simulator.fault = fault

    def take_away(self) -> None:
        """Nothing is there any more."""
        self.simulator.stop()

    def paper(self, awaited: int = 0) -> list[bytes]:
        """The bytes of each job that came out, once the line is quiet and ``awaited`` are there."""
        until = time.monotonic() + PATIENCE_S
        while len(self.simulator.strips) < awaited and time.monotonic() < until:
            time.sleep(0.005)
        self.settle()
        return [strip.data for strip in self.simulator.strips]

    def settle(self) -> None:
        """Wait until the simulator has hung up."""
        until = time.monotonic() + PATIENCE_S
        while self.simulator.busy and time.monotonic() < until:
            time.sleep(0.005)

    def close(self) -> None:
        for end in reversed(self.ends):
            end()


class NetworkRig(Rig):
    def settings(self) -> dict[str, Any]:
        return {"kind": "network", "host": "127.0.0.1", "port": self.simulator.port}


class TtyRig(Rig):
    """A pseudo terminal whose other side is wired to the simulator, with a connection while bytes come."""

    can = Rig.can - {"drops"}
    kind = ""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(tmp_path, monkeypatch)
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.over = threading.Event()
        self.line: socket.socket | None = None
        self.pump = threading.Thread(target=self._pump, daemon=True)
        self.pump.start()
        self.ends.append(self._stop)

    def settings(self) -> dict[str, Any]:
        return {"kind": self.kind, "device": self.path, "baud": 115200, "answers": True}

    def take_away(self) -> None:
        self.path = str(self.tmp_path / "gone")

    def settle(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while self.line is not None and time.monotonic() < until:
            time.sleep(0.005)
        super().settle()

    def _pump(self) -> None:
        quiet = 0.0
        while not self.over.is_set():
            watched = [self.master] + ([self.line] if self.line else [])
            ready, _, _ = select.select(watched, [], [], 0.02)
            if not ready and self.line and (quiet := quiet + 0.02) > 2 * TIMEOUT_S:
                self.line.close()
                self.line = None
            if self.master in ready:
                quiet = 0.0
                if self.line is None:
                    self.line = socket.create_connection(("127.0.0.1", self.simulator.port))
                self.line.sendall(os.read(self.master, 4096))
            if self.line and self.line in ready:
                os.write(self.master, self.line.recv(256))

    def _stop(self) -> None:
        self.over.set()
        self.pump.join(5)
        for each in (self.master, self.slave):
            os.close(each)
        if self.line:
            self.line.close()


class SerialRig(TtyRig):
    kind = "serial"


class DeviceRig(TtyRig):
    kind = "file"


class UsbRig(Rig):
    """pyusb with another ``find``: its device is a socket to the simulator."""

    can = Rig.can - {"drops"}

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(tmp_path, monkeypatch)
        core = importlib.import_module("usb.core")
        # Looked up when python-escpos is imported: with pyusb there, it has its own name for it.
        module = importlib.reload(importlib.import_module("escpos.printer.usb"))
        monkeypatch.setattr("kiosk.printing.usb.Usb", module.Usb)
        self.there = True
        monkeypatch.setattr(core, "find", lambda **_: self._device(core) if self.there else None)

    def settings(self) -> dict[str, Any]:
        return {"kind": "usb", "device": "04b8:0e15"}

    def take_away(self) -> None:
        self.there = False

    def _device(self, core: Any) -> Any:
        line = socket.create_connection(("127.0.0.1", self.simulator.port))

        def write(data: bytes, wait_ms: int) -> int:
            line.settimeout(wait_ms / 1000)
            try:
                line.sendall(data)
            except TimeoutError as error:
                raise core.USBTimeoutError("timed out") from error
            return len(data)

        def read(size: int, wait_ms: int) -> bytes:
            line.settimeout(wait_ms / 1000)
            try:
                return line.recv(size)
            except TimeoutError as error:
                raise core.USBTimeoutError("timed out") from error

        out = types.SimpleNamespace(bEndpointAddress=0x02, bmAttributes=2, write=write)
        into = types.SimpleNamespace(bEndpointAddress=0x81, bmAttributes=2, read=read)
        device = types.SimpleNamespace(
            backend=types.SimpleNamespace(__module__="usb.backend.libusb1"),
            is_kernel_driver_active=lambda _: True,
            detach_kernel_driver=lambda _: None,
            set_configuration=lambda: None,
            reset=lambda: None,
            get_active_configuration=lambda: [[into, out]],
        )
        device._ctx = types.SimpleNamespace(dispose=lambda _: line.close())
        return device


class CupsRig(Rig):
    """pycups with a server of ours: it takes files and never says what became of them."""

    can = frozenset({"paper-out", "cover-open", "near-end", "gone"})

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(tmp_path, monkeypatch)
        self.files: list[bytes] = []
        self.fault = ""
        self.there = True
        rig = self

        class Connection:
            def __init__(self) -> None:
                if not rig.there:
                    raise RuntimeError("failed to connect to server")

            def getPrinters(self) -> dict[str, Any]:  # noqa: N802 - pycups
                return {"tickets": {}}

            def getPrinterAttributes(self, _name: str) -> dict[str, Any]:  # noqa: N802
                words = {"paper-out": "media-empty-error", "near-end": "media-low-report"}
                reason = words.get(rig.fault, rig.fault or "none")
                return {"printer-state": 3, "printer-state-reasons": [reason]}

            def printFile(self, _queue: str, path: str, _title: str, _options: Any) -> int:  # noqa: N802
                rig.files.append(Path(path).read_bytes())
                return 1

        module = types.ModuleType("cups")
        told: dict[str, Any] = {
            "Connection": Connection,
            "CUPS_FORMAT_RAW": "application/vnd.cups-raw",
            "getServer": lambda: "localhost",
            "getPort": lambda: 631,
            "setServer": lambda _: None,
            "setPort": lambda _: None,
            "__spec__": importlib.machinery.ModuleSpec("cups", None),
        }
        vars(module).update(told)
        monkeypatch.setitem(sys.modules, "cups", module)
        importlib.reload(importlib.import_module("escpos.printer.cups"))

    def settings(self) -> dict[str, Any]:
        return {"kind": "cups", "device": "tickets"}

    def wrong(self, fault: str) -> None:
        self.fault = fault

    def take_away(self) -> None:
        self.there = False

    def paper(self, awaited: int = 0) -> list[bytes]:
        return self.files


class VirtualRig(Rig):
    can = Rig.can - {"garbage", "drops", "gone"}

    def settings(self) -> dict[str, Any]:
        return {"kind": "virtual"}

    def wrong(self, fault: str) -> None:
        folder = self.tmp_path / "printer" / "p"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "fault").write_text(fault)
        if not fault:
            (folder / "fault").unlink()

    def paper(self, awaited: int = 0) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.tmp_path / "printer" / "p").glob("*.bin"))]


RIGS = {
    "network": NetworkRig,
    "usb": UsbRig,
    "serial": SerialRig,
    "file": DeviceRig,
    "cups": CupsRig,
    "virtual": VirtualRig,
}
EXPECTED = {**STATES, "mute": PrinterState.MUTE, "garbage": PrinterState.MUTE}


def built(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """The rig of a kind; skips where the kind's library is not installed."""
    if kind == "usb":
        pytest.importorskip("usb.core")
    if kind == "serial":
        pytest.importorskip("serial")
        module = importlib.reload(importlib.import_module("escpos.printer.serial"))
        monkeypatch.setattr("kiosk.printing.serial.Serial", module.Serial)
    with contextlib.suppress(ImportError):
        return RIGS[kind](tmp_path, monkeypatch)
    raise AssertionError(f"no rig for {kind}")
