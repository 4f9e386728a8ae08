"""Who may act: accounts are made, get new passwords, and are taken out of use."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.staff import CITIZEN, SYSTEM, TOKEN_ROLES, Account, Actor, Role
from tests.worlds import ADMIN, ANI, WAYAN, Story


def add(name: str, role: Role = Role.OFFICER, kind: str = "staff", agency: str | None = None):
    return c.AddAccount(SYSTEM, kind, name, role, "hash", agency)


@pytest.mark.parametrize("role", sorted(TOKEN_ROLES))
def test_an_account_of_every_role_of_people_and_devices_may_be_made(story, role):
    assert story.does(add("new", role)) == [e.AccountAdded("staff", "new", role, None)]
    made = story.hall.account("staff", "new")
    assert made == Account("staff", "new", role, None, story.hall.seq, made.id)
    assert made.id.startswith(f"{story.hall.seq}-")


@pytest.mark.parametrize("role", sorted(set(Role) - TOKEN_ROLES))
def test_nobody_becomes_a_citizen_or_the_system(story, role):
    story.refuses(add("new", role), errors.Forbidden)


def test_a_name_is_taken_once(story):
    story.does(add("ani"))
    refusal = story.refuses(add("ani", Role.ADMIN), errors.NameTaken)
    assert refusal.facts == {"name": "ani"}


@pytest.mark.parametrize(
    "name", ["", " ani", "ani ", "x\ny", "x\ty", "x\x1by", "x\u2028y", "x\ud800", "z" * 65]
)
def test_a_name_can_be_printed_on_one_line(story, name):
    refusal = story.refuses(add(name), errors.NameInvalid)
    assert refusal.facts == {"limit": 64}
    story.does(add("z" * 64))
    story.does(add("I Wayan Sudarma, S.H."))


def test_a_person_and_a_device_may_have_one_name(story):
    story.does(add("ani"))
    story.does(add("ani", Role.KIOSK, "token"))
    assert len(story.hall.accounts) == 2


def test_an_account_of_an_unknown_agency_is_refused(story):
    refusal = story.refuses(add("ani", agency="XYZ"), errors.AgencyUnknown)
    assert refusal.facts == {"agency": "XYZ", "allowed": "DUK, POL"}


def test_a_name_taken_out_of_use_may_be_given_again(story):
    story.does(add("ani"))
    story.does(c.RevokeAccount(SYSTEM, "staff", "ani"))
    assert story.hall.account("staff", "ani") is None
    story.does(add("ani", Role.SUPERVISOR))


def test_a_new_password_changes_the_version_so_that_old_sessions_end(story):
    story.does(add("ani"))
    before = story.hall.account("staff", "ani").version
    assert story.does(c.SetSecret(SYSTEM, "staff", "ani", "new")) == [e.SecretChanged("staff", "ani")]
    assert story.hall.account("staff", "ani").version > before


def test_a_person_may_change_their_own_password(story):
    story.does(add("ani", agency="DUK"))
    story.does(c.SetSecret(story.hall.account("staff", "ani").actor, "staff", "ani", "new"))
    story.refuses(c.SetSecret(ANI, "staff", "ani", "new"), errors.Forbidden)  # the name alone says nothing


@pytest.mark.parametrize(
    "other",
    [
        Actor("budi", Role.OFFICER, "DUK"),
        WAYAN,
        CITIZEN,
        Actor("auditor", Role.AUDITOR),
    ],
)
def test_nobody_but_an_administrator_changes_the_password_of_another(story, other):
    story.does(add("ani", agency="DUK"))
    story.refuses(c.SetSecret(other, "staff", "ani", "new"), errors.Forbidden)


def test_a_device_does_not_change_the_password_of_the_person_of_its_name(story):
    story.does(add("ani", Role.ADMIN))
    board = Actor("ani", Role.BOARD)
    story.refuses(c.SetSecret(board, "staff", "ani", "new"), errors.Forbidden)


@pytest.mark.parametrize(
    "command", [c.SetSecret(SYSTEM, "staff", "nobody", "x"), c.RevokeAccount(SYSTEM, "staff", "nobody")]
)
def test_an_unknown_account_is_refused(story, command):
    refusal = story.refuses(command, errors.AccountUnknown)
    assert refusal.facts == {"name": "nobody"}


def test_the_last_administrator_stays(story):
    story.does(add("admin", Role.ADMIN))
    refusal = story.refuses(c.RevokeAccount(ADMIN, "staff", "admin"), errors.LastAdministrator)
    assert refusal.facts == {"name": "admin"}


def test_one_of_two_administrators_may_go(story):
    story.does(add("admin", Role.ADMIN))
    story.does(add("other", Role.ADMIN))
    assert story.does(c.RevokeAccount(ADMIN, "staff", "admin")) == [e.AccountRevoked("staff", "admin")]
    story.refuses(c.RevokeAccount(ADMIN, "staff", "other"), errors.LastAdministrator)


def test_a_programs_administrator_token_does_not_count_as_an_administrator(story):
    story.does(add("admin", Role.ADMIN))
    story.does(add("program", Role.ADMIN, "token"))
    story.refuses(c.RevokeAccount(ADMIN, "staff", "admin"), errors.LastAdministrator)
    story.does(c.RevokeAccount(ADMIN, "token", "program"))


@pytest.mark.parametrize("actor", [WAYAN, ANI, CITIZEN, Actor("k", Role.KIOSK), Actor("a", Role.AUDITOR)])
@pytest.mark.parametrize(
    "make",
    [
        lambda actor: c.AddAccount(actor, "staff", "new", Role.ADMIN, "hash"),
        lambda actor: c.RevokeAccount(actor, "staff", "wati"),
    ],
)
def test_only_administrators_make_and_end_accounts(story: Story, actor, make):
    story.does(add("wati"))
    story.refuses(make(actor), errors.Forbidden)


@pytest.mark.parametrize(
    "command",
    [
        c.AddAccount(SYSTEM, "staff", "ani", Role.ADMIN, "argon2-hash"),
        c.SetSecret(SYSTEM, "staff", "ani", "argon2-hash"),
    ],
)
def test_a_hash_is_not_in_what_a_log_would_print(command):
    assert "argon2-hash" not in repr(command)
    assert "argon2-hash" not in str(command)
