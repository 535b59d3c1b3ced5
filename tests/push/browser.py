"""A pretended browser: it holds the private half of a subscription, so what was sent to it can be read."""

import os
from datetime import UTC, datetime
from uuid import uuid4

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from push.notification import Kind, Locale, Notification, Subscription, Urgency
from push.secrets import base64url
from push.vapid import Key, make_key, public_half

FCM = "https://fcm.googleapis.com/fcm/send/abc:APA91b"
SUBJECT = "mailto:push@portal.example.gov"


class Browser:
    """One subscription and the keys behind it."""

    def __init__(self, endpoint: str = FCM, *, locale: Locale = Locale.EN, created_at: datetime | None = None) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.subscription = Subscription(
            id=uuid4(),
            label="0123456789ab",
            endpoint=endpoint,
            p256dh=public_half(self.private),
            auth=base64url(self.auth),
            key_id=uuid4(),
            locale=locale,
            created_at=created_at or datetime(2030, 1, 1, tzinfo=UTC),
        )

    def read(self, body: bytes) -> bytes:
        """What the page would see, decrypted by an implementation that is not ours."""
        text: bytes = http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth, version="aes128gcm")
        return text


def make_notification(*, badge: int | None = None, ttl_s: int = 3600) -> Notification:
    """A notification with random opaque names."""
    return Notification(
        kind=Kind.UPDATE,
        id=base64url(os.urandom(16)),
        tag=base64url(os.urandom(24)),
        topic=base64url(os.urandom(24)),
        urgency=Urgency.NORMAL,
        ttl_s=ttl_s,
        badge=badge,
    )


def make_signing_key() -> Key:
    """A signing key of our own."""
    public, pem = make_key()
    return Key(uuid4(), public, pem)
