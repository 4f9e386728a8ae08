"""What tables say of each other: ids that must exist, ids that must be one, places that must be served."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from core.config.boards import check_boards
from core.config.problems import Problem, did_you_mean, one_of, shown
from core.config.shape import Entry, Shaped
from core.config.tables import (
    MANY,
    AgencyTable,
    CounterTable,
    Klass,
    PrinterTable,
    ServiceTable,
)

REFERENCES = (
    ("agency", "zone", "zone"),
    ("agency", "series", "series"),
    ("agency", "hours", "hours"),
    ("service", "agency", "agency"),
    ("service", "series", "series"),
    ("service", "hours", "hours"),
    ("service", "route", "service"),
    ("counter", "agency", "agency"),
    ("counter", "zone", "zone"),
    ("kiosk", "zone", "zone"),
    ("printer", "spare", "printer"),
    ("kiosk", "printer", "printer"),
    ("kiosk", "agencies", "agency"),
    ("board", "zones", "zone"),
    ("board", "counter", "counter"),
    ("board", "speaks", "zone"),
)
"""Table, key, and the table in which the key's value must be an id."""

DEVICES = {
    "usb": 'vendor and product as lsusb shows them, "04b8:0e15"',
    "serial": 'the path of the port, "/dev/ttyUSB0"',
    "file": 'the path of the device, "/dev/usb/lp0"',
    "cups": "the name of the print queue",
}
"""What ``device`` of a printer means, by its kind."""
USB_ID = re.compile(r"[0-9a-fA-F]{4}:[0-9a-fA-F]{4}")

NEEDED = ("class", "zone", "series", "agency", "service", "counter")
"""Tables of which a hall has at least one."""


def check(shaped: Shaped, main: str) -> Iterator[Problem]:
    """Every problem between tables. ``main``: the file to which what is missing belongs."""
    present = {name for name, entries in shaped.entries.items() if entries} | shaped.misshapen
    if "hall" not in present:
        yield Problem(main, "hall", "is missing", "a table [hall] with the name of the hall")
    for name in NEEDED:
        if name not in present:
            yield Problem(main, name, "is missing", f"at least one [[{name}]]")
    yield from _repeated(shaped)
    for table, key, target in REFERENCES:
        yield from _dangling(shaped, table, key, target)
    yield from _classes(shaped.entries["class"])
    yield from _printers(shaped.entries["printer"])
    yield from check_boards(shaped)
    yield from _quotas([*shaped.entries["agency"], *shaped.entries["service"]])
    yield from _ratios(shaped)
    yield from _routes(shaped.entries["service"])
    yield from _help(shaped.entries["counter"])
    yield from _served(shaped)


def ids(shaped: Shaped, table: str) -> dict[str, None]:
    """The ids of a table in file order, those of tables with problems included: one mistake, one message."""
    return dict.fromkeys(each.id for each in shaped.entries[table] if each.id)


def _repeated(shaped: Shaped) -> Iterator[Problem]:
    for table, kind in MANY.items():
        if "id" in kind.model_fields:
            yield from _twice(shaped.entries[table], "id", lambda entry: entry.id)
    yield from _twice(shaped.entries["hours"], "", lambda entry: entry.id)
    # Two series of one prefix would print the same numbers.
    yield from _twice(shaped.entries["series"], "prefix", lambda entry: entry.raw.get("prefix"))
    yield from _twice(shaped.entries["counter"], "number", lambda entry: entry.raw.get("number"))
    yield from _twice(shaped.entries["holiday"], "day", lambda entry: entry.raw.get("day"))


def _twice(entries: list[Entry], key: str, value_of: Callable[[Entry], object]) -> Iterator[Problem]:
    seen: dict[object, Entry] = {}
    for entry in entries:
        value = value_of(entry)
        if value in (None, "") or isinstance(value, list | dict):
            continue
        first = seen.setdefault(value, entry)
        # Two counters of one number are told once, by their number.
        both_by_number = key == "id" and not any("id" in each.raw for each in (first, entry))
        if first is not entry and not both_by_number:
            where = f"{first.key} of {first.file}" if first.key != entry.key else first.file
            yield entry.problem(key, f"{shown(value)} is already used by {where}", "each once")


def _dangling(shaped: Shaped, table: str, key: str, target: str) -> Iterator[Problem]:
    known = ids(shaped, target)
    for entry in shaped.entries[table]:
        value = entry.raw.get(key)
        for position, each in enumerate(value if isinstance(value, list) else [value], start=1):
            if isinstance(each, str) and each not in known:
                place = f"{key}[#{position}]" if isinstance(value, list) else key
                wrong = f"{shown(each)} is not {_a(target)}{did_you_mean(each, known)}"
                yield entry.problem(place, wrong, one_of(known))


def _a(table: str) -> str:
    """``an agency``, ``a series``, ``hours``."""
    if table == "hours":
        return "the name of an [hours.NAME] table"
    return f"an {table}" if table[0] in "aeiou" else f"a {table}"


def _classes(entries: list[Entry]) -> Iterator[Problem]:
    first = entries[0] if entries else None
    if first and isinstance(first.model, Klass) and first.model.head_start_minutes:
        yield first.problem(
            "head_start_minutes",
            f"{first.model.head_start_minutes} in the first class, which is the class of everybody",
            "0 in the first class",
        )


def _printers(entries: list[Entry]) -> Iterator[Problem]:
    for entry in entries:
        printer = entry.model
        if not isinstance(printer, PrinterTable):
            continue
        if printer.kind == "network" and not printer.host:
            yield entry.problem("host", "is missing for a network printer", "its name or address")
        if printer.kind in DEVICES and not printer.device:
            wrong = f"is missing for a printer of kind {shown(printer.kind)}"
            yield entry.problem("device", wrong, DEVICES[printer.kind])
        elif printer.kind == "usb" and not USB_ID.fullmatch(printer.device):
            yield entry.problem("device", f"{shown(printer.device)} is no USB device", DEVICES["usb"])
        if printer.spare is not None and printer.spare == entry.id:
            yield entry.problem("spare", "is the printer itself", "another printer")
        yield from _profile(entry, printer)


def _profile(entry: Entry, printer: PrinterTable) -> Iterator[Problem]:
    """Whether python-escpos knows the printer; it is loaded where somebody named one alone."""
    if printer.profile == "default" and not printer.code_page:
        return
    from escpos.capabilities import (  # type: ignore[import-untyped]  # noqa: PLC0415
        CAPABILITIES,
        get_profile,
    )

    profiles = CAPABILITIES["profiles"]
    if printer.profile not in profiles:
        wrong = f"{shown(printer.profile)} is no profile of python-escpos"
        yield entry.problem("profile", wrong + did_you_mean(printer.profile, profiles), "one that it has")
        return
    pages = get_profile(printer.profile).get_code_pages()
    if printer.code_page and printer.code_page not in pages:
        wrong = f"{shown(printer.code_page)} is no code page of {printer.profile}"
        yield entry.problem("code_page", wrong, one_of(pages))


def _quotas(entries: list[Entry]) -> Iterator[Problem]:
    for entry in entries:
        table = entry.model
        if not isinstance(table, AgencyTable | ServiceTable) or table.channel_quotas is None:
            continue
        for channel, quota in table.channel_quotas.given().items():
            if table.daily_quota is not None and quota > table.daily_quota:
                yield entry.problem(
                    f"channel_quotas.{channel}",
                    f"{quota} is more than the {table.daily_quota} of daily_quota",
                    "at most daily_quota",
                )


def _ratios(shaped: Shaped) -> Iterator[Problem]:
    classes = [entry.model for entry in shaped.entries["class"]]
    if any(not isinstance(klass, Klass) or klass.mark for klass in classes):
        return
    for entry in shaped.entries["service"]:
        if isinstance(entry.model, ServiceTable) and entry.model.ratio is not None:
            yield entry.problem("ratio", "means nothing while no class is marked", "a class with mark = true")


def _routes(entries: list[Entry]) -> Iterator[Problem]:
    """Routes that never end. Each is told once, at the service of it that stands first."""
    onward = {
        entry.id: list(entry.model.route)
        for entry in entries
        if entry.id and isinstance(entry.model, ServiceTable)
    }
    told: set[str] = set()
    for entry in entries:
        circle = _circle(onward, entry.id or "")
        if circle and not told & set(circle):
            told.update(circle)
            wrong = f"leads back to itself: {' → '.join(circle)}"
            yield entry.problem("route", wrong, "services whose own routes do not name this one")


def _circle(onward: Mapping[str, list[str]], start: str) -> list[str]:
    """The shortest way along routes from ``start`` to itself; empty where there is none."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for following in onward.get(way[-1], ()):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _help(entries: list[Entry]) -> Iterator[Problem]:
    for entry in entries:
        counter = entry.model
        if isinstance(counter, CounterTable) and counter.help_after_minutes and len(counter.tiers) == 1:
            yield entry.problem(
                "help_after_minutes", "means nothing at a counter with one tier", "two or more tiers"
            )


def _served(shaped: Shaped) -> Iterator[Problem]:
    """Whether every service has a counter and every counter a service."""
    known = ids(shaped, "agency")
    agency_of = agencies_of_services(shaped)
    # A service whose agency is misspelt could be the one that a counter lacks: told there.
    strays = any(agency not in known for agency in agency_of.values())
    served: set[str] = set()
    for entry in shaped.entries["counter"]:
        agency = entry.named("agency")
        if not isinstance(entry.model, CounterTable) or agency not in known:
            # What it serves is not known: assume all, so that one mistake is one message.
            served |= {service for service, its_agency in agency_of.items() if its_agency == agency}
            continue
        if agency not in agency_of.values() and strays:
            continue
        tiers, problems = expand(entry, entry.model, agency_of)
        yield from problems
        served.update(service for tier in tiers for service in tier)
    for entry in shaped.entries["service"]:
        if entry.id in agency_of and entry.named("agency") in known and entry.id not in served:
            yield entry.problem("", "no counter serves it", "a [[counter]] whose tiers name it")


def agencies_of_services(shaped: Shaped) -> dict[str, str]:
    """The agency of each service, by service id."""
    pairs = ((entry.id, entry.named("agency")) for entry in shaped.entries["service"])
    return {service: agency for service, agency in pairs if service and agency}


@dataclass
class _Tiers:
    """The tiers of one counter while ``*`` is spelled out."""

    counter: CounterTable
    agency_of: Mapping[str, str]
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        agency = self.counter.agency
        self.own = [service for service, its_agency in self.agency_of.items() if its_agency == agency]
        self.named = {each for tier in self.counter.tiers for each in tier if "*" not in each}

    def members(self, name: str) -> list[str]:
        """The services that ``name`` stands for. Raises ``_WrongNameError``."""
        found = self._fitting(name) if "*" in name else self._named(name)
        self.taken.update(found)
        return found

    def _fitting(self, pattern: str) -> list[str]:
        fitting = [service for service in self.own if fnmatchcase(service, pattern)]
        if not fitting:
            wrong = f"{shown(pattern)} fits no service of {self.counter.agency}"
            raise _WrongNameError(wrong, one_of(self.own))
        left = [service for service in fitting if service not in self.named | self.taken]
        if not left:
            raise _WrongNameError(
                f"{shown(pattern)} adds no service that is not named before", "leave it out"
            )
        return left

    def _named(self, name: str) -> list[str]:
        agency = self.counter.agency
        if name not in self.agency_of:
            wrong = f"{shown(name)} is not a service{did_you_mean(name, self.agency_of)}"
            raise _WrongNameError(wrong, one_of(self.own))
        if self.agency_of[name] != agency and not self.counter.other_agencies:
            raise _WrongNameError(
                f"{shown(name)} belongs to {self.agency_of[name]}, the counter to {agency}",
                f"a service of {agency}, or other_agencies = true if this is meant",
            )
        if name in self.taken:
            raise _WrongNameError(f"{shown(name)} stands twice", "each service once at a counter")
        return [name]


class _WrongNameError(Exception):
    """A name in a tier that cannot be used: what is wrong, what is allowed."""


def expand(
    entry: Entry, counter: CounterTable, agency_of: Mapping[str, str]
) -> tuple[tuple[tuple[str, ...], ...], list[Problem]]:
    """The tiers of a counter with ``*`` spelled out, and what is wrong with them.

    A pattern stands for those services of the counter's own agency that no name and no earlier pattern has.
    """
    tiers = _Tiers(counter, agency_of)
    if not tiers.own and not tiers.named:
        problem = entry.problem("agency", f"{counter.agency} has no service", "an agency with a [[service]]")
        return (), [problem]
    problems: list[Problem] = []
    spelled: list[tuple[str, ...]] = []
    for tier_number, names in enumerate(counter.tiers, start=1):
        members: list[str] = []
        for position, name in enumerate(names, start=1):
            try:
                members += tiers.members(name)
            except _WrongNameError as error:
                problems.append(entry.problem(f"tiers[#{tier_number}][#{position}]", *error.args))
        if members:
            spelled.append(tuple(members))
    return tuple(spelled), problems
