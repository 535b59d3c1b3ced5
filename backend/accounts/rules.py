"""What is true of accounts: how long a session lasts, how long to wait between tries, which passwords are too weak."""

from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Final

import msgspec

from backend.access import Role

PASSWORD_MIN: Final = 15  # the only factor for now (NIST SP 800-63B-4 asks for 15 then)
PASSWORD_MAX: Final = 128
DIFFERENT_MIN: Final = 6
PART_MIN: Final = 4
SEEN_EVERY: Final = timedelta(minutes=1)


class Lifetime(msgspec.Struct, frozen=True):
    """How long a session lives without use, and at most."""

    idle: timedelta
    total: timedelta


# An installed app fetches by itself for days, so roles with devices live as long as those may be away; see README.
LIFETIMES: Final[dict[Role, Lifetime]] = {
    Role.PARENT: Lifetime(timedelta(days=30), timedelta(days=180)),
    Role.CASEWORKER: Lifetime(timedelta(hours=72), timedelta(days=30)),
    Role.SUPERVISOR: Lifetime(timedelta(hours=72), timedelta(days=30)),
    Role.NAVIGATOR: Lifetime(timedelta(minutes=15), timedelta(hours=12)),
    Role.ADMIN: Lifetime(timedelta(minutes=10), timedelta(hours=8)),
    Role.AUDITOR: Lifetime(timedelta(minutes=15), timedelta(hours=12)),
}


class Waits(msgspec.Struct, frozen=True):
    """How tries are slowed: `free` ones at once, then a wait that doubles from `first_s` to `longest_s`.

    After `forgotten_s` without a counted try all is forgotten. Refused tries do not count: asking prolongs nothing.
    """

    free: int
    first_s: int
    longest_s: int
    forgotten_s: int


HERE: Final = Waits(free=5, first_s=15, longest_s=900, forgotten_s=86_400)  # one login from one address
ADDRESS: Final = Waits(free=40, first_s=15, longest_s=900, forgotten_s=3_600)  # any login from one address
ABROAD: Final = Waits(free=20, first_s=15, longest_s=900, forgotten_s=86_400)  # one login from addresses unknown to it
KNOWN_FOR_S: Final = 90 * 86_400  # an address from which the login has succeeded
ALL_PER_MINUTE: Final = 600  # tries of all logins from unknown addresses


def wait_s(waits: Waits, tries: int) -> int:
    """Seconds from the last counted try until the next may be made, after so many tries."""
    if tries < waits.free:
        return 0
    return int(min(waits.first_s * 2.0 ** min(tries - waits.free, 30), waits.longest_s))


def clean_login(login: str) -> str:
    """A login as it is kept: without surrounding blanks, in small letters."""
    return login.strip().lower()


def address_of(host: str) -> str:
    """The part of a network address that one household or office shares: all of IPv4, the first 64 bits of IPv6."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else address.exploded[:19]
    return str(address)


def throttle_key(kind: str, *parts: str) -> str:
    """The key under which tries are counted; it names neither login nor address."""
    return f"{kind}:{sha256(chr(0).join(parts).encode()).hexdigest()[:40]}"


def token_hash(token: str) -> bytes:
    """What is kept of a session's token. The token has 256 random bits, so a plain hash cannot be searched."""
    return sha256(token.encode()).digest()


def password_fault(password: str, about: tuple[str, ...] = ()) -> str | None:
    """Why a password may not be chosen, in words, or nothing. `about` are words that a guesser would try first."""
    if len(password) < PASSWORD_MIN:
        return f"The password must have at least {PASSWORD_MIN} characters. A few words are easy to remember."
    if len(password) > PASSWORD_MAX:
        return f"The password may have at most {PASSWORD_MAX} characters."
    if len(set(password.lower())) < DIFFERENT_MIN:
        return "The password repeats too few characters."
    parts = [part for word in about for part in word.lower().replace("@", " ").replace(".", " ").split()]
    if any(len(part) >= PART_MIN and part in password.lower() for part in parts):
        return "The password must not contain the login or the agency's name."
    return None
