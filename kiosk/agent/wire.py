"""What the agent says to the hall and hears of it, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

CONNECT_S = 3.0
ANSWER_S = 8.0
NOT_OURS = frozenset({401, 403, 404})
"""Refusals that a person must mend: the token, the kiosk, the hall's configuration."""


class Away(Exception):
    """The hall did not answer, or is not able to now. Nobody knows whether a request was carried out."""


class Refused(Exception):
    """The hall's answer is no. ``state``: of a job that has gone on."""

    def __init__(self, status: int, code: str, detail: str, state: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.state = state


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job that the printer still owes."""

    job: str
    number: str
    state: str


class Wire:
    """The hall, for one kiosk's printer."""

    def __init__(self, url: str, token: str, kiosk: str) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.kiosk = kiosk
        self.printer = ""
        self._client = httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
        )

    def register(self) -> str:
        """Learn which printer is this kiosk's. Raises ``Away`` and ``Refused``."""
        kiosks = {each["id"]: each["printer"] for each in self._ask("GET", "/kiosks")["kiosks"]}
        if self.kiosk not in kiosks:
            raise Refused(404, "kiosk_unknown", f"the hall has no kiosk {self.kiosk!r}")
        if kiosks[self.kiosk] is None:
            raise Refused(404, "kiosk_without_printer", f"kiosk {self.kiosk!r} has no printer in the hall")
        self.printer = kiosks[self.kiosk]
        self.jobs()  # refused to whoever is not this printer's agent
        return self.printer

    def jobs(self) -> list[OpenJob]:
        """What the printer still owes, oldest first."""
        listed = self._ask("GET", f"/printers/{self.printer}/jobs")["jobs"]
        return [OpenJob(each["job"], each["number"], each["state"]) for each in listed]

    def paper(self, job: str) -> bytes:
        """The bytes of a job."""
        return self._send("GET", f"/jobs/{job}/paper").content

    def claim(self, job: str, key: str) -> None:
        """``sending``, kept: from here on nobody else prints it. ``key``: the same for the same claim.

        A claim that was kept long ago says nothing of now, so the job must be ``sending`` still.
        """
        told = self._ask("POST", f"/jobs/{job}/report", {"state": "sending"}, key)
        if told["state"] != "sending":
            raise Refused(409, "job_state", "the claim is over", told["state"])

    def report(self, job: str, state: str, detail: str, permanent: bool) -> None:
        """A step after ``sending``. One that is known already is kept."""
        body = {"state": state, "detail": detail[:300], "permanent": permanent}
        try:
            self._ask("POST", f"/jobs/{job}/report", body)
        except Refused as refused:
            if refused.code != "job_state" or refused.state != state:
                raise

    def status(self, state: str, detail: str) -> int:
        """How the printer is; answers with how many jobs wait for it."""
        body = {"state": state, "detail": detail[:300]}
        return int(self._ask("POST", f"/printers/{self.printer}/report", body)["waiting"])

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _ask(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        return self._send(method, path, body, key).json()

    def _send(self, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        try:
            answer = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as trouble:
            raise Away(f"{type(trouble).__name__}: {trouble}") from trouble
        if answer.is_success:
            return answer
        try:
            told = answer.json()
        except ValueError:
            told = {}  # a proxy's page
        if "code" not in told or told["code"] == "store_unavailable":
            raise Away(f"status {answer.status_code}")
        raise Refused(answer.status_code, told["code"], told.get("detail", ""), str(told.get("state", "")))
