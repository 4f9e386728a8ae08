"""A printer at a serial port, or at a USB cable that looks like one (needs pyserial: ``antrean[serial]``)."""

from __future__ import annotations

import contextlib
import time
from io import FileIO
from typing import Any

from escpos.exceptions import DeviceNotFoundError  # type: ignore[import-untyped]
from escpos.printer import Serial  # type: ignore[import-untyped]

from kiosk.printing.device import REST, DeviceLine
from kiosk.printing.speaking import Line, LinePrinter, left


class SerialPrinter(LinePrinter):
    """A printer at ``path``, ``baud`` bits a second, held back by DSR/DTR as such printers do."""

    def __init__(self, path: str, baud: int = 19200, timeout: float = 3.0, answers: bool = True) -> None:
        super().__init__(path, timeout, answers)
        self.path = path
        self.baud = baud
        self.pace = baud / 10  # a byte is ten bits with start and stop

    def connect(self, timeout: float) -> Line:
        """Raises ``OSError``."""
        port = Serial(self.path, baudrate=self.baud, timeout=timeout)
        try:
            port.open()
        except DeviceNotFoundError as error:
            cause = error.__context__  # what pyserial said; python-escpos hides it
            raise cause if isinstance(cause, OSError) else OSError(str(error)) from error
        return SerialLine(port)


class SerialLine(DeviceLine):
    """pyserial sets the port up, and the descriptor is used directly.

    python-escpos 3.1 gives its ports no time-out for writing: a printer that holds the line back would hold
    the hall, and so would ``close``, which first waits for everything to go.
    """

    def __init__(self, port: Serial) -> None:
        self._port: Any = port.device
        super().__init__(FileIO(self._port.fileno(), "r+", closefd=False), port)

    def taken(self, end: float) -> None:
        """Wait until the last byte is on the wire."""
        while self._port.out_waiting:
            time.sleep(min(REST, left(end)))

    def close(self) -> None:
        """Give it back; what does not go is thrown away.

        Only that: where all has gone the end of the ticket may still be in the chip, or on its way.
        """
        with contextlib.suppress(OSError):
            if self._port.out_waiting:
                self._port.reset_output_buffer()
        with contextlib.suppress(OSError):
            self._port.close()
