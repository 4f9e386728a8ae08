"""Who is asking: people by session, devices and programs by bearer token, pages by a signed pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user  # type: ignore[import-untyped]
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]

from core.domain.errors import Forbidden
from core.domain.staff import Account, Actor, Role
from core.passwords import TOKEN_MARK, token_hash, verify_password
from core.ports import Concurrency
from core.web.accounts import Directory
from core.web.passes import Passes
from core.web.problems import SignInRequired, TokenUnknown
from core.web.sessions import Session, Sessions

DEVICE_SESSION = timedelta(days=400)
"""A kiosk's browser remembers its device's token so long, or until the token is revoked."""

BOARDS_KEPT = 8
"""Boards of which one browser remembers the device, so that the cookie stays small."""


class HallSessions(SecureCookieSessionInterface):
    """The cookie is sent over https only where it came by https: a hall is reached both ways."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Without the cookie an empty session: programs and devices need no signer made for them."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """Whether this very request came by https."""
        return request.is_secure


class Person(UserMixin):  # type: ignore[misc]
    """A signed-in account, in one session. ``ident`` is what its cookie says."""

    def __init__(self, account: Account, session: Session, ident: str) -> None:
        self.account = account
        self.session = session
        self.id = ident

    @property
    def actor(self) -> Actor:
        """The person as one who gives commands."""
        return self.account.actor


class Gate:
    """Finds out who is asking: accounts by their id and version, never by a name alone."""

    def __init__(
        self, directory: Directory, sessions: Sessions, key: bytes, *, open_kiosks: bool = True
    ) -> None:
        self._directory = directory
        self.sessions = sessions
        self._passes = Passes(key)
        self._open = open_kiosks

    def page_pass(self, role: Role, ident: str, device: Account | None = None) -> str:
        """What a kiosk's or board's own page shows to act and to follow its live topic.

        ``device``: the account by which the page was let in; the pass ends with it.
        """
        return self._passes.make(role, ident, device)

    def _actor_of_pass(self, text: str) -> Actor | None:
        found = self._passes.read(text)
        if found is None:
            return None
        if found.bearer is None:
            return found.actor if self._open or found.role is not Role.KIOSK else None
        kind, name, ident, version = found.bearer
        return found.actor if self._still(kind, name, ident, version) is not None else None

    def _still(self, kind: str, name: str, ident: str, version: int) -> Account | None:
        """The account of that name, if it is the very one that is meant, with the secret it had."""
        account = self._directory.find(kind, name)
        return account if account is not None and (account.id, account.version) == (ident, version) else None

    def actor_of_token(self, token: str) -> Actor | None:
        """Who holds this bearer token or page pass."""
        if not token.startswith(TOKEN_MARK):
            return self._actor_of_pass(token)
        account = self._directory.of_token(token_hash(token))
        return None if account is None else account.actor

    def account_named(self, name: str) -> Account | None:
        """The account of the person of that name."""
        return self._directory.find("staff", name)

    def person_of(self, cookie: str) -> Person | None:
        """Who is signed in by the session that a cookie names."""
        session = self.sessions.find(cookie)
        account = None if session is None else self._directory.find("staff", session.name)
        if session is None or account is None or not session.belongs_to(account):
            return None
        self.sessions.touch(session)
        return Person(account, session, cookie)

    def alive(self, digest: str) -> bool:
        """Whether a session is one that still counts."""
        session = self.sessions.of_digest(digest)
        account = None if session is None else self._directory.find("staff", session.name)
        return session is not None and account is not None and session.belongs_to(account)

    def sign_in(self, name: str, password: str, concurrency: Concurrency) -> Account | None:
        """The person's account, if the password fits. Hashing runs in a native thread: it takes a while."""
        before = self._directory.newest("staff", name)
        hash_ = self._directory.secret("staff", name)
        fits = concurrency.offload(verify_password, hash_, password)
        # The hash belongs to the account only if the account was the same before and after it was read.
        after = self._directory.newest("staff", name)
        same = before is not None and after is not None and before == after
        return after if fits and same else None

    def newest(self, actor: Actor) -> Account | None:
        """The person's account as it is now, after its secret has changed."""
        account = self._directory.newest("staff", actor.name)
        return account if account is not None and account.id == actor.account else None

    def enter(self, account: Account) -> None:
        """Sign a person in for this browser; a session that it had before ends."""
        if current_user.is_authenticated:
            self.sessions.end(current_user.session.digest)
        person = self.person_of(self.sessions.begin(account, request.remote_addr or ""))
        if person is None:  # revoked in this very moment
            raise SignInRequired()
        login_user(person)

    def leave(self) -> None:
        """End the session of this request; a copy of its cookie is worth nothing then."""
        if current_user.is_authenticated:
            self.sessions.end(current_user.session.digest)
        logout_user()

    def actor(self) -> Actor | None:
        """Who sends this request; ``None`` for an anonymous one. Raises ``TokenUnknown``."""
        if "actor" not in g:
            g.actor = self._actor()
        found: Actor | None = g.actor
        return found

    def _actor(self) -> Actor | None:
        token = bearer()
        if token is not None:
            actor = self.actor_of_token(token)
            if actor is None:
                raise TokenUnknown()
            return actor
        if current_user.is_authenticated:
            found: Actor = current_user.actor
            return found
        return None

    def require_device(self, *roles: Role) -> Account:
        """Let only a registered device in, or a person of ``roles``; answers with the account.

        A device shows its token once in the address it is set up with (``?token=…``); the session keeps the
        account's id and version, so that revoking the token ends it.
        """
        if (shown := self._shown()) is not None:
            session["device"] = [shown.name, shown.id, shown.version]
            session.permanent = True
        account = self._device(session.get("device"))
        if account is not None and account.role in roles:
            return account
        actor = self.require(*roles)
        known = self._directory.find("staff", actor.name)
        if known is None or known.id != actor.account:
            raise SignInRequired()
        return known

    def board_device(self, ident: str, allow: Callable[[Actor], None]) -> Account | None:
        """The device that is registered for this board in this browser; ``None``: there is none.

        A device shows its token once in the address (``?token=…``). ``allow`` raises for one that is not this
        board's. The session keeps accounts by board, the newest ``BOARDS_KEPT``: two screens of one computer
        may show two boards. Raises ``TokenUnknown`` and what ``allow`` raises.
        """
        if (shown := self._shown()) is not None:
            allow(shown.actor)
            others = [[board, *kept] for board, *kept in session.get("boards", ()) if board != ident]
            own = [ident, shown.name, shown.id, shown.version]
            session["boards"] = [*others, own][-BOARDS_KEPT:]
            session.permanent = True
        kept = {board: account for board, *account in session.get("boards", ())}
        account = self._device(kept.get(ident))
        return account if account is not None and account.bound_to == ident else None

    def _shown(self) -> Account | None:
        """The account of the token in the address, if there is one. Raises ``TokenUnknown``."""
        if (token := request.args.get("token")) is None:
            return None
        shown = self._directory.of_token(token_hash(token)) if token.startswith(TOKEN_MARK) else None
        if shown is None:
            raise TokenUnknown()
        return shown

    def has_device(self) -> bool:
        """Whether this request's session is that of a device whose token is still in use."""
        return self._device(session.get("device")) is not None

    def _device(self, kept: Any) -> Account | None:
        """The device that this browser's session remembers, if its token is still in use."""
        match kept:
            case [str(name), str(ident), int(version)]:
                return self._still("token", name, ident, version)
            case _:
                return None  # none, or one from before accounts had ids: it shows its token anew

    def require(self, *roles: Role, action: str = "see_this") -> Actor:
        """The actor, if it has one of ``roles``. Raises ``SignInRequired`` or ``Forbidden``."""
        actor = self.actor()
        if actor is None:
            raise SignInRequired()
        if actor.role not in roles:
            raise Forbidden(role=actor.role.value, action=action)
        return actor


def bearer() -> str | None:
    """The bearer token of this request."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def register(app: Flask, gate: Gate) -> CSRFProtect:
    """Sessions through Flask-Login; forms and session requests are protected by Flask-WTF."""
    app.session_interface = HallSessions()
    app.config["PERMANENT_SESSION_LIFETIME"] = DEVICE_SESSION
    manager = LoginManager(app)
    manager.login_view = "counter.login"

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(ident: str) -> Person | None:
        return gate.person_of(ident)

    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session
    app.config["WTF_CSRF_SSL_STRICT"] = False  # it wants a Referer, which our pages do not send
    csrf = CSRFProtect(app)

    @app.before_request
    def protect() -> None:
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.routing_exception is not None:
            return
        if bearer() is not None or request.path.startswith("/api/v1/tickets/"):
            return  # a bearer token, or the secret of a ticket, is not sent by a browser on its own
        if request.path.startswith("/api/") and app.config["SESSION_COOKIE_NAME"] not in request.cookies:
            return  # nobody's session could be misused; the route says that a token is needed
        csrf.protect()

    return csrf
