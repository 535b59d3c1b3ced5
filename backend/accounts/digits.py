"""Six digits from an app (RFC 6238), and recovery codes: how they are made, drawn and recognised. Nothing here is kept."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

import pyotp
import segno

from backend.accounts.rules import CODE_LETTERS, bare_code

STEP_S: Final = 30
AROUND: Final = 1  # steps: a phone's clock may be half a minute off
RECOVERY_CODES: Final = 10
RECOVERY_LETTERS: Final = 10  # of 32: 50 bits each


def new_seed() -> str:
    """160 random bits in base32, as apps take them."""
    return pyotp.random_base32()


def seed_link(seed: str, login: str, issuer: str) -> str:
    """The address that an app reads from a picture."""
    return pyotp.TOTP(seed).provisioning_uri(name=login, issuer_name=issuer)


def step_of(seed: str, typed: str, now_s: float, after: int | None) -> int | None:
    """The step of time whose digits were typed: of this moment or one beside it, and later than the last one used."""
    if not typed.isascii():
        return None
    app, this = pyotp.TOTP(seed), int(now_s) // STEP_S
    steps = [step for step in range(this - AROUND, this + AROUND + 1) if hmac.compare_digest(app.generate_otp(step), typed)]
    return next((step for step in steps if after is None or step > after), None)


def new_recovery_codes() -> list[str]:
    """Ten codes, as they are shown: once."""
    return [_grouped("".join(secrets.choice(CODE_LETTERS) for _ in range(RECOVERY_LETTERS))) for _ in range(RECOVERY_CODES)]


def is_digits(typed: str) -> bool:
    """Whether it looks like an app's digits, and not like a recovery code."""
    bare = bare_code(typed)
    return len(bare) == 6 and bare.isascii() and bare.isdecimal()


def picture(text: str) -> str:
    """A QR code as a data address that an image can show."""
    address: str = segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
    return address


def _grouped(letters: str) -> str:
    half = RECOVERY_LETTERS // 2
    return f"{letters[:half]}-{letters[half:]}"
