"""A printer at a USB cable, without a driver of the system (needs pyusb and libusb: ``antrean[usb]``)."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from escpos.exceptions import DeviceNotFoundError  # type: ignore[import-untyped]
from escpos.printer import Usb  # type: ignore[import-untyped]

from kiosk.printing.speaking import Line, LinePrinter, Offload, left

CHUNK = 4096
DIRECTION, TRANSFER, BULK, INWARDS = 0x80, 0x03, 0x02, 0x80
"""Of an endpoint's address and attributes (USB 2.0, 9.6.6)."""


class UsbPrinter(LinePrinter):
    """A printer by vendor and product (``04b8:0e15``).

    Every call into libusb blocks its whole thread, so all go through ``offload``.
    """

    def __init__(self, device: str, offload: Offload, timeout: float = 3.0, answers: bool = True) -> None:
        super().__init__(f"usb {device}", timeout, answers)
        self.vendor, self.product = (int(part, 16) for part in device.split(":"))
        self._offload = offload

    def connect(self, timeout: float) -> Line:
        """Raises ``OSError``."""
        cable, outwards, inwards = self._offload(self._found, timeout)
        return UsbLine(cable, outwards, inwards, self._offload, timeout)

    def _found(self, timeout: float) -> tuple[Any, Any, Any]:
        cable = Usb(self.vendor, self.product, timeout=int(timeout * 1000))
        try:
            cable.open()
            # python-escpos 3.1 supposes endpoints 0x01 and 0x82; many clones have others.
            outwards, inwards = _endpoints(cable.device)
        except DeviceNotFoundError as error:
            if isinstance(error.__context__, OSError):
                raise error.__context__ from error
            raise FileNotFoundError(self.name) from error
        except OSError:
            cable.close()
            raise
        return cable, outwards, inwards


def _endpoints(device: Any) -> tuple[Any, Any]:
    """Where bytes go out and come in; the latter is ``None`` for a printer that says nothing."""
    bulk = [
        endpoint
        for interface in device.get_active_configuration()
        for endpoint in interface
        if endpoint.bmAttributes & TRANSFER == BULK
    ]
    ways = {each.bEndpointAddress & DIRECTION: each for each in reversed(bulk)}
    if 0 not in ways:
        raise OSError("no way out: not a printer")
    return ways[0], ways.get(INWARDS)


class UsbLine:
    """The device while it is claimed."""

    def __init__(self, cable: Usb, outwards: Any, inwards: Any, offload: Offload, timeout: float) -> None:
        self._cable, self._out, self._in = cable, outwards, inwards
        self._offload = offload
        self._timeout = timeout

    def write(self, data: bytes, end: float) -> None:
        """Give all of it to the device."""
        for start in range(0, len(data), CHUNK):
            wait = min(self._timeout, left(end))
            taken = self._call(self._out.write, data[start : start + CHUNK], wait)
            if taken != len(data[start : start + CHUNK]):
                raise TimeoutError("the printer takes no more")

    def taken(self, end: float) -> None:
        """USB acknowledges each packet: what was written was taken."""

    def drain(self) -> None:
        """Forget what came unasked."""
        for _ in range(4):
            if not self._read(0.02):
                break

    def read(self, end: float) -> bytes:
        """What comes next; some printers send empty packets meanwhile."""
        while (rest := end - time.monotonic()) > 0:
            if piece := self._read(rest):
                return piece
        return b""

    def _read(self, seconds: float) -> bytes:
        if self._in is None:
            return b""
        try:
            return bytes(self._call(self._in.read, 64, seconds))
        except TimeoutError:
            return b""

    def _call(self, work: Any, what: Any, seconds: float) -> Any:
        """Errors of pyusb by their kind: its time-out is no ``TimeoutError`` and its zero waits for ever."""
        try:
            return self._offload(work, what, max(1, int(seconds * 1000)))
        except OSError as error:
            if type(error).__name__ == "USBTimeoutError":
                raise TimeoutError("the printer takes no more") from error
            raise

    def close(self) -> None:
        """Release it."""
        with contextlib.suppress(OSError):
            self._offload(self._cable.close)
