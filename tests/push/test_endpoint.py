"""Hostile endpoints: none of them may lead us to connect anywhere but to a known push service at a public address."""

import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from push.endpoint import AllowList, EndpointRefused, ForbiddenAddress, GuardedResolver, is_public

GOOD = [
    "https://fcm.googleapis.com/fcm/send/dQw4:APA91bE-x_y",
    "https://fcm.googleapis.com:443/wp/abc",
    "https://jmt17.google.com/fcm/send/abc",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABk==",
    "https://web.push.apple.com/QOaB/x~y",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAB%2fx%3d",
]
HOSTILE = [
    # other schemes and ports
    "http://fcm.googleapis.com/x",
    "HTTPS://fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "javascript:alert(1)",
    "//fcm.googleapis.com/x",
    "https:fcm.googleapis.com/x",
    "https:/fcm.googleapis.com/x",
    "https:///fcm.googleapis.com/x",
    "https://fcm.googleapis.com:80/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com:0443/x",
    "https://fcm.googleapis.com:/x",
    "https://fcm.googleapis.com:443:443/x",
    "https://fcm.googleapis.com:４４３/x",
    # user info
    "https://user@fcm.googleapis.com/x",
    "https://user:pass@fcm.googleapis.com/x",
    "https://@fcm.googleapis.com/x",
    "https://fcm.googleapis.com@evil.example/x",
    "https://fcm.googleapis.com:443@evil.example/x",
    "https://fcm.googleapis.com%40evil.example/x",
    # addresses in every notation
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0x7f.0.0.1/x",
    "https://0177.0.0.1/x",
    "https://127.0.0.1./x",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[::ffff:7f00:1]/x",
    "https://[64:ff9b::7f00:1]/x",
    "https://[2002:7f00:1::]/x",
    "https://[fe80::1%25eth0]/x",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/x",
    "https://10.0.0.1/x",
    "https://①②⑦.0.0.1/x",
    # names that look alike
    "https://localhost/x",
    "https://fcm.googleapis.com./x",
    "https://fcm.googleapis.com../x",
    "https://.fcm.googleapis.com/x",
    "https://FCM.GOOGLEAPIS.COM/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com/x",
    "https://evil.fcm.googleapis.com/x",
    "https://xfcm.googleapis.com/x",
    "https://googleapis.com/x",
    "https://storage.googleapis.com/x",
    "https://notify.windows.com.evil.example/x",
    "https://notify.windows.com/x",
    "https://evilnotify.windows.com/x",
    "https://a.-b.notify.windows.com/x",
    "https://a_b.notify.windows.com/x",
    "https://fcm。googleapis。com/x",
    "https://ｆcm.googleapis.com/x",
    "https://fсm.googleapis.com/x",
    "https://xn--fm-eqc.googleapis.com/x",
    "https://fcm%2egoogleapis.com/x",
    "https://fcm.googleapis.com%00.evil.example/x",
    # the host in another place
    "https://evil.example/fcm.googleapis.com/x",
    "https://evil.example/?https://fcm.googleapis.com/x",
    "https://evil.example#fcm.googleapis.com/x",
    "https://evil.example#@fcm.googleapis.com/x",
    "https://evil.example\\@fcm.googleapis.com/x",
    "https://fcm.googleapis.com\\evil.example/x",
    "https://fcm.googleapis.com\\.evil.example/x",
    "https://evil.example;fcm.googleapis.com/x",
    # white space, controls and things that end a request line
    " https://fcm.googleapis.com/x",
    "https://fcm.googleapis.com/x ",
    "https://fcm.googleapis.com/x\n",
    "https://fcm.googleapis.com/x\r\nHost: evil.example",
    "https://fcm.googleapis.com/\tx",
    "https://fcm.googleapis.com\t/x",
    "https://fcm\n.googleapis.com/x",
    "https://fcm.googleapis.com/\x00x",
    "https://fcm.googleapis.com/x#fragment",
    "https://fcm.googleapis.com/é",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com/",
    "https://fcm.googleapis.com?x",
    "https://fcm.googleapis.com/" + "x" * 2048,
    "https://" + "a." * 500 + "notify.windows.com/x",
    "https://",
    "",
]
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:808:808::1",
    "3fff::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("endpoint", GOOD)
def test_the_push_services_that_browsers_use_are_accepted_unchanged(endpoint: str) -> None:
    assert AllowList().check(endpoint).url == endpoint


def test_there_are_at_least_sixty_hostile_endpoints() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_a_hostile_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(EndpointRefused) as refused:
        AllowList((".push.example.gov",)).check(endpoint)
    assert str(refused.value) in ("not_a_plain_https_url", "host_not_allowed", "ambiguous")


def test_an_operator_may_add_a_host_or_everything_under_one() -> None:
    hosts = AllowList(("push.example.gov", "*.push.example.net"))
    assert hosts.check("https://push.example.gov/x").service == "push.example.gov"
    assert hosts.check("https://a.push.example.net/x").service == "push.example.net"
    for other in ("https://a.push.example.gov/x", "https://push.example.net/x"):
        with pytest.raises(EndpointRefused):
            hosts.check(other)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "a b", "https://push.example.gov", "push.example.gov:8443"])
def test_an_operator_cannot_add_an_address_or_a_bare_name(host: str) -> None:
    with pytest.raises(ValueError, match="plain host name"):
        AllowList((host,))


@pytest.mark.parametrize("address", [*PRIVATE, "not an address", ""])
def test_an_address_that_is_not_of_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "142.250.74.10", "2a00:1450:4001::200a", "2620:149::1"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


class Names(AbstractResolver):
    """Answers with the next of the given lists of addresses, as a rebinding name server does."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        self.asked += 1
        found = self.answers.pop(0)
        return [ResolveResult(hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0) for each in found]

    async def close(self) -> None:
        pass


async def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(ForbiddenAddress):
        await GuardedResolver(Names(["8.8.8.8", "127.0.0.1"])).resolve("fcm.googleapis.com", 443)


async def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(ForbiddenAddress):
        await GuardedResolver(Names([])).resolve("fcm.googleapis.com", 443)


async def test_the_address_that_was_checked_is_the_one_that_is_used() -> None:
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    guarded = GuardedResolver(names)
    assert [each["host"] for each in await guarded.resolve("fcm.googleapis.com", 443)] == ["8.8.8.8"]
    assert names.asked == 1
