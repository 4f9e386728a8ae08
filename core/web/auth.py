"""Who is asking: people by session, devices and programs by bearer token, pages by a signed pass."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user  # type: ignore[import-untyped]
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]
from itsdangerous import BadSignature, URLSafeSerializer

from core.domain.errors import Forbidden
from core.domain.staff import Account, Actor, Role
from core.passwords import TOKEN_MARK, token_hash, verify_password
from core.ports import Concurrency
from core.web.problems import SignInRequired, TokenUnknown


def session_key(folder: Path) -> bytes:
    """The key that signs sessions, made at the first start and kept beside the database."""
    path = folder / "session.key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()


SIGNED_IN_S = 14 * 3600
"""A person signs in anew after so long; a kiosk's or a board's own session lasts."""
DEVICE_SESSION = timedelta(days=400)


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
    """A signed-in account. A new password or a revocation ends its sessions."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.id = f"{account.version}:{account.name}"

    @property
    def actor(self) -> Actor:
        """The person as one who gives commands."""
        return self.account.actor


class Gate:
    """Finds out who is asking. ``account`` and ``account_of_hash`` look in the hall and its store."""

    def __init__(
        self,
        account: Callable[[str, str], Account | None],
        account_of_hash: Callable[[str, str], str | None],
        secret: Callable[[str, str], str | None],
        key: bytes,
        *,
        open_kiosks: bool = True,
    ) -> None:
        self._account = account
        self._account_of_hash = account_of_hash
        self._secret = secret
        self._passes = URLSafeSerializer(key, salt="antrean-page-pass")
        self._names: dict[str, str] = {}
        self._open = open_kiosks

    def page_pass(self, role: Role, ident: str, device: Account | None = None) -> str:
        """What a kiosk's or board's own page shows to act and to follow its live topic.

        ``device``: the account by which the page was let in; the pass ends with it.
        """
        bearer = [device.kind, device.name, device.version] if device is not None else []
        return str(self._passes.dumps([role.value, ident, bearer]))

    def _actor_of_pass(self, text: str) -> Actor | None:
        try:
            role, ident, bearer = self._passes.loads(text)
            actor = Actor(f"{role}:{ident}", Role(role))
        except (BadSignature, ValueError, TypeError):
            return None
        if not bearer:
            return actor if self._open or actor.role is not Role.KIOSK else None
        kind, name, version = bearer
        account = self._account(kind, name)
        return actor if account is not None and account.version == version else None

    def actor_of_token(self, token: str) -> Actor | None:
        """Who holds this bearer token or page pass."""
        if not token.startswith(TOKEN_MARK):
            return self._actor_of_pass(token)
        digest = token_hash(token)
        name = self._names.get(digest) or self._account_of_hash("token", digest)
        if name is None:
            return None
        account = self._account("token", name)
        if account is None:
            self._names.pop(digest, None)
            return None
        self._names[digest] = name
        return account.actor

    def person(self, name: str) -> Person | None:
        """The person of that name."""
        account = self._account("staff", name)
        return None if account is None else Person(account)

    def sign_in(self, name: str, password: str, concurrency: Concurrency) -> Person | None:
        """The person, if the password fits. Hashing runs in a native thread: it takes a while."""
        hash_ = self._secret("staff", name)
        fits = concurrency.offload(verify_password, hash_, password)
        return self.person(name) if fits else None

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
            return Person(current_user.account).actor
        return None

    def require_device(self, *roles: Role) -> Account:
        """Let only a registered device in, or a person of ``roles``; answers with the account.

        A device shows its token once in the address it is set up with (``?token=…``); the session keeps the
        account's name and version, so that revoking the token ends it.
        """
        if (token := request.args.get("token")) is not None:
            actor = self.actor_of_token(token)
            account = None if actor is None else self._account("token", actor.name)
            if account is None:
                raise TokenUnknown()
            session["device"] = [account.name, account.version]
            session.permanent = True
        name, version = session.get("device", ("", 0))
        account = self._account("token", name)
        if account is not None and account.version == version and account.role in roles:
            return account
        actor = self.require(*roles)
        known = self._account("staff", actor.name)
        if known is None:
            raise SignInRequired()
        return known

    def require(self, *roles: Role, action: str = "see_this") -> Actor:
        """The actor, if it has one of ``roles``. Raises ``SignInRequired`` or ``Forbidden``."""
        actor = self.actor()
        if actor is None:
            raise SignInRequired()
        if actor.role not in roles:
            raise Forbidden(role=actor.role.value, action=action)
        return actor


def enter(person: Person) -> None:
    """Sign a person in for this session."""
    login_user(person)
    session["signed_in_at"] = int(time.time())


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
        version, _, name = ident.partition(":")
        if time.time() - session.get("signed_in_at", 0) > SIGNED_IN_S:
            return None
        person = gate.person(name)
        return person if person is not None and str(person.account.version) == version else None

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
