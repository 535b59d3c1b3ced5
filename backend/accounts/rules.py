"""What is true of accounts: how long a session lasts, how long to wait between tries, which passwords are too weak."""

import re
import unicodedata
from datetime import timedelta
from functools import cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Final

import msgspec

from backend.access import Role

PASSWORD_MIN: Final = 12  # beside an app's digits
ALONE_MIN: Final = 15  # as the only factor (NIST SP 800-63B-4)
PASSWORD_MAX: Final = 128
DIFFERENT_MIN: Final = 6
PART_MIN: Final = 4
PROOF_LASTS: Final = timedelta(minutes=5)
CODE_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: no I, L, O, U
READ_AS: Final = str.maketrans("OIL", "011")
COMMON: Final = Path(__file__).with_name("common_passwords.txt")
BROWSERS: Final = (
    *(("Edg/", "Edge"), ("Firefox/", "Firefox"), ("SamsungBrowser/", "Samsung Internet")),
    *(("Chrome/", "Chrome"), ("Safari/", "Safari")),
)
SYSTEMS: Final = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "Chromebook")),
    *(("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux")),
)
LOOKS_LIKE: Final = str.maketrans("@$!013457", "asioieast")
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
CODES: Final = Waits(free=5, first_s=3_600, longest_s=86_400, forgotten_s=86_400)  # of one person, to addresses that they give
KNOWN_FOR_S: Final = 90 * 86_400  # an address from which the login has succeeded
ALL_PER_MINUTE: Final = 600  # tries of all logins from unknown addresses
PASSKEYS_PER_MINUTE: Final = 240  # of one address, which a whole town may share


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


class Fault(msgspec.Struct, frozen=True):
    """Why a password may not be chosen: a code for the app's own words, and a sentence."""

    code: str
    say: str


def password_fault(password: str, about: tuple[str, ...] = (), *, alone: bool = False) -> Fault | None:
    """Why a password may not be chosen, or nothing. `about` are words that a guesser would try first; no kind of letter is asked for."""
    least = ALONE_MIN if alone else PASSWORD_MIN
    if len(password) < least:
        return Fault("password_short", f"The password must have at least {least} characters. A few words are easy to remember.")
    if len(password) > PASSWORD_MAX:
        return Fault("password_long", f"The password may have at most {PASSWORD_MAX} characters.")
    if len(set(password.lower())) < DIFFERENT_MIN:
        return Fault("password_repeats", "The password repeats too few characters.")
    if _is_common(password):
        return Fault("password_common", "Many people use this password. Choose another one.")
    if any(part in _letters(password) for word in about for part in _parts(word)):
        return Fault("password_about", "The password must not contain the login or the agency's name.")
    return None


def bare_code(typed: str) -> str:
    """A code as it is compared: without blanks and hyphens, in capitals, with letters that look like digits read as digits."""
    return re.sub(r"[\s\-\u2010-\u2015.]", "", typed).upper().translate(READ_AS)


def browser_kind(user_agent: str) -> str:
    """A coarse name for a browser that its owner knows again, as "Chrome, Android"; empty when it is none of the usual."""
    found = [next((name for mark, name in names if mark in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name)


@cache
def _common() -> frozenset[str]:
    """The list that lies beside this file, folded: its lines are passwords that many people choose, and words that many build on."""
    return frozenset(_folded(line) for line in COMMON.read_text("utf-8").splitlines() if line and not line.startswith("#"))


def _is_common(password: str) -> bool:
    """Whether it is on the list, also with look-alike letters, with signs and years around it, or said two or three times."""
    bare = _folded(password)
    cores = {bare, bare.strip("0123456789"), _letters(password)}
    cores |= {core[: len(core) // times] for core in set(cores) for times in (2, 3) if core and core == core[: len(core) // times] * times}
    cores |= {core.strip("0123456789") for core in cores}
    return bool(cores & _common())


def _folded(text: str) -> str:
    """Small letters and digits alone, without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _letters(text: str) -> str:
    """The same with look-alike signs read as letters and digits left out."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(LOOKS_LIKE)
    return "".join(letter for letter in plain if letter.isalpha())


def _parts(word: str) -> list[str]:
    """The words of a name that are long enough to be told apart from chance."""
    return [part for part in re.split(r"[^a-z]+", unicodedata.normalize("NFKD", word).casefold()) if len(part) >= PART_MIN]
