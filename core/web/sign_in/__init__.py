"""Signing in: limits by which nobody locks out another, known browsers, and bounded work on passwords."""

from __future__ import annotations

from core.web.sign_in.service import NAME_AT_MOST, PASSWORD_AT_MOST, Outcome, SignIn

__all__ = ["NAME_AT_MOST", "PASSWORD_AT_MOST", "Outcome", "SignIn"]
