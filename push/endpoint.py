"""Where we are willing to send: known push services only, at public addresses only.

An endpoint is a URL that a stranger's program hands us, so it is read strictly, its host must be on a list, and the
address it resolves to is checked and is the very one that is connected to.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Final

import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

HOSTS: Final = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    ".notify.windows.com",
)
MAX_ENDPOINT: Final = 2048
MAX_HOST: Final = 253

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
_ENDPOINT: Final = re.compile(rf"https://(?P<host>(?:{_LABEL}\.)+{_LABEL})(?::443)?(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@/%?-]+)")

_RANGES: Final = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
    ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16
    fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
_FORBIDDEN: Final = tuple(ipaddress.ip_network(each) for each in _RANGES.split())


class EndpointRefused(ValueError):
    """An endpoint that we do not send to; the message is a code, never the endpoint."""


class ForbiddenAddress(OSError):
    """A name on the list led to an address that is not public."""


class Endpoint(msgspec.Struct, frozen=True):
    """An endpoint that passed: the URL as text and as it is posted to, its host, and the service that keeps it."""

    url: str
    address: URL
    host: str
    service: str


class AllowList:
    """The hosts of the known push services, and those an operator adds (``push.example.gov`` or ``.example.gov``)."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        listed = [each.strip().lower().removeprefix("*") for each in (*HOSTS, *extra) if each.strip()]
        for each in listed:
            if not _HOST.fullmatch(each.removeprefix(".")):
                raise ValueError("an allowed push host must be a plain host name")
        self._exact = frozenset(each for each in listed if not each.startswith("."))
        self._under = tuple(each for each in listed if each.startswith("."))

    def check(self, endpoint: str) -> Endpoint:
        """Reads an endpoint; raises EndpointRefused with the rule it broke."""
        match = _ENDPOINT.fullmatch(endpoint) if len(endpoint) <= MAX_ENDPOINT else None
        if match is None or len(match["host"]) > MAX_HOST:
            raise EndpointRefused("not_a_plain_https_url")
        host = match["host"]
        service = self._service(host)
        if service is None:
            raise EndpointRefused("host_not_allowed")
        read_again = URL(endpoint, encoded=True)  # the client's own parser must see what we saw
        if read_again.host != host or read_again.port != 443 or read_again.user is not None:
            raise EndpointRefused("ambiguous")
        return Endpoint(endpoint, read_again, host, service)

    def _service(self, host: str) -> str | None:
        if host in self._exact:
            return host
        return next((suffix[1:] for suffix in self._under if host.endswith(suffix)), None)


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: no private, shared, mapped, translated or tunnelled range."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not read.is_global or read.is_multicast or read.is_reserved:
        return False
    return not any(read in network for network in _FORBIDDEN if network.version == read.version)


class GuardedResolver(AbstractResolver):
    """Looks a name up once; nothing is connected to unless every address behind it is public."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """The checked addresses of a host; raises ForbiddenAddress."""
        found = await self._inner.resolve(host, port, family)
        if not found or not all(is_public(each["host"]) for each in found):
            raise ForbiddenAddress("a push host leads to an address that is not public")
        return found

    async def close(self) -> None:
        """Ends the resolver underneath."""
        await self._inner.close()
