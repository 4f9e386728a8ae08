"""Makes agents quickly: everything is imported once, and each agent is a fork that can be killed alone.

Reads ``URL PORT`` from standard input, a line an agent, and answers with the agent's process id.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.settings import PrinterSettings
from kiosk.agent import program


def main() -> None:
    for line in sys.stdin:
        url, port = line.split()
        child = os.fork()
        if child == 0:
            settings = program.AgentSettings(
                url=url,
                kiosk="k1",
                token=os.environ["ANTREAN_TOKEN"],
                printer=PrinterSettings(
                    id="local", name="local", kind="network", host="127.0.0.1", port=int(port)
                ),
                data=Path("unused"),
            )
            os._exit(program.run(settings))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    import signal

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for an agent
    main()
