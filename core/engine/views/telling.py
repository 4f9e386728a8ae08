"""What all views share: texts in both languages, local time, small shapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.domain import commands as c
from core.domain.deciding import decide
from core.domain.errors import RecallTooSoon, Refusal
from core.domain.forecast import Forecast
from core.domain.hall import Hall
from core.domain.opening import Closed
from core.domain.plan import Words
from core.domain.ticket import Why
from core.engine import shapes as s
from core.ports import Catalogue


@dataclass(frozen=True)
class Telling:
    """How the hall tells things: its texts, and whether it is a training hall."""

    texts: Catalogue
    training: bool = False

    def both(self, key: str, **facts: object) -> s.Name:
        """A sentence of the catalogue in both languages; a fact of type ``Words`` follows the language."""

        def filled(lang: str) -> str:
            told = {k: v.of(lang) if isinstance(v, Words) else v for k, v in facts.items()}
            return self.texts.say(key, lang, **told)

        return {"id": filled("id"), "en": filled("en")}

    def local(self, hall: Hall, at: datetime | None) -> str | None:
        """ISO 8601 with the hall's offset, to the second."""
        return None if at is None else at.astimezone(hall.plan.timezone).isoformat(timespec="seconds")

    def why(self, hall: Hall, why: Why) -> s.WhyShape:
        """The rule that decided, with its sentence."""
        klass = hall.plan.classes.get(why.klass)
        minutes = why.head_start_s // 60
        sentence = self.both(
            f"why.{why.rule}",
            passed=why.passed,
            minutes=minutes or why.minutes,
            turn=why.turn,
            of=why.of,
            reason=why.reason,
            **{"class": klass.name if klass is not None else why.klass},
        )
        return {
            "rule": why.rule,
            "passed": why.passed,
            "minutes": why.minutes,
            "turn": why.turn,
            "of": why.of,
            "class": why.klass,
            "head_start_minutes": minutes,
            "reason": why.reason,
            "sentence": sentence,
        }

    def service_names(self, hall: Hall, services: Iterable[str]) -> list[s.ServiceNameShape]:
        """Services by their names; one that left the plan by its id."""
        known = hall.plan.services
        return [
            {"id": each, "name": name(known[each].name) if each in known else plain(each)}
            for each in services
        ]

    def closed(self, hall: Hall, shut: Closed) -> s.ClosedShape:
        """Why a service gives no numbers, in one sentence, and when it does again."""
        sentence = self.both(f"closed.{shut.reason.value}", name=shut.detail, quota=shut.quota)
        if shut.opens_at is not None:
            again = self.again(hall, shut.opens_at)
            sentence = {"id": f"{sentence['id']} {again['id']}", "en": f"{sentence['en']} {again['en']}"}
        return {
            "reason": shut.reason.value,
            "detail": shut.detail,
            "opens_at": self.local(hall, shut.opens_at),
            "sentence": sentence,
        }

    def again(self, hall: Hall, opens_at: datetime) -> s.Name:
        """When numbers are given again, in one sentence."""
        local = opens_at.astimezone(hall.plan.timezone)
        if hall.day == local.date():
            return self.both("closed.again_today", time=f"{local:%H.%M}")
        weekday = self.both(f"date.weekday.{local.isoweekday()}")
        month = self.both(f"date.month.{local.month}")
        return self.both(
            "closed.again",
            weekday=Words(**weekday),
            day=local.day,
            month=Words(**month),
            time=f"{local:%H.%M}",
        )


def name(words: Words) -> s.Name:
    """A text of the plan as it goes out."""
    return {"id": words.id, "en": words.en}


def plain(text: str) -> s.Name:
    """For what the plan no longer knows: its id stands for its name."""
    return {"id": text, "en": text}


def span(wait: Forecast) -> s.ForecastShape:
    """A forecast as it goes out."""
    return {"median_minutes": wait.median_minutes, "p80_minutes": wait.p80_minutes}


def allowed(hall: Hall, command: c.Command, at: datetime) -> bool:
    """Whether the rules would carry out ``command`` now: they are asked themselves."""
    try:
        decide(hall, command, at)
    except RecallTooSoon:
        return True  # the screen counts the seconds down
    except Refusal:
        return False
    return True
