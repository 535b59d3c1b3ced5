"""Passkeys as WebAuthn speaks of them: what a browser is asked, and whether its answer holds. Nothing here is kept.

The library verifies; what it leaves open is decided here: user verification is required at creation and at use, one exact
origin, no page inside another's, three algorithms, and no attestation (we do not need to know whose product it is).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from backend.errors import Refused

ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
ANSWER_MS: Final = 240_000
NO_KEY: Final = "This passkey could not be used here."

Answer = dict[str, Any]


class Relying(msgspec.Struct, frozen=True):
    """Who asks: the exact origin of our pages, the host that passkeys are bound to, and the name that a browser shows."""

    origin: str
    rp_id: str
    name: str

    @classmethod
    def at(cls, origin: str, name: str) -> Relying:
        """Of an origin such as ``https://support.example.gov``."""
        return cls(origin, urlsplit(origin).hostname or "", name)


class Owner(msgspec.Struct, frozen=True):
    """Whose passkey it becomes; the device's list of passkeys shows both names."""

    id: UUID
    login: str
    display_name: str


class NewKey(msgspec.Struct, frozen=True):
    """A passkey that was made well."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool


class Shown(msgspec.Struct, frozen=True):
    """A passkey that was used well."""

    sign_count: int
    backed_up: bool


def creation(relying: Relying, challenge: bytes, owner: Owner, known: Sequence[bytes]) -> Answer:
    """What `navigator.credentials.create` is to be given, as JSON. PRF is asked for: a vault may be opened by it."""
    options = generate_registration_options(
        rp_id=relying.rp_id,
        rp_name=relying.name,
        user_id=owner.id.bytes,
        user_name=owner.login,
        user_display_name=owner.display_name,
        challenge=challenge,
        timeout=ANSWER_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    return {**json.loads(options_to_json(options)), "extensions": {"credProps": True, "prf": {}}}


def assertion(relying: Relying, challenge: bytes, known: Sequence[bytes] = ()) -> Answer:
    """What `navigator.credentials.get` is to be given. Without `known` any passkey of ours may answer, so nobody is named."""
    options = generate_authentication_options(
        rp_id=relying.rp_id,
        challenge=challenge,
        timeout=ANSWER_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    answer: Answer = json.loads(options_to_json(options))
    return answer


def challenge_in(answer: Answer) -> bytes:
    """The challenge that an answer says it is for. Refused: unauthorized, when none can be read or another page asked."""
    try:
        said = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        challenge: bytes = base64url_to_bytes(said["challenge"])
        framed = said.get("crossOrigin", False) is not False or "topOrigin" in said
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise Refused("unauthorized", NO_KEY) from None
    if framed or not challenge:
        raise Refused("unauthorized", NO_KEY)
    return challenge


def credential_in(answer: Answer) -> tuple[bytes, bytes | None]:
    """The credential's id that an answer names, and the account's, if it says so. Refused: unauthorized."""
    try:
        handle = answer["response"].get("userHandle")
        return base64url_to_bytes(answer["rawId"]), base64url_to_bytes(handle) if handle else None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused("unauthorized", NO_KEY) from None


def verify_made(relying: Relying, challenge: bytes, answer: Answer) -> NewKey:
    """The passkey that an answer to `creation` made. Refused: unauthorized."""
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=relying.rp_id,
            expected_origin=relying.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
    except Exception:  # whatever a parser makes of a stranger's bytes is a refusal
        raise Refused("unauthorized", NO_KEY) from None
    eligible = made.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    return NewKey(made.credential_id, made.credential_public_key, made.sign_count, eligible, made.credential_backed_up)


def verify_shown(relying: Relying, challenge: bytes, public_key: bytes, answer: Answer) -> Shown:
    """What an answer to `assertion` shows, under the key that was kept. The count is compared by who keeps it.

    Refused: unauthorized.
    """
    try:
        shown = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=relying.rp_id,
            expected_origin=relying.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception:  # as above
        raise Refused("unauthorized", NO_KEY) from None
    return Shown(shown.new_sign_count, shown.credential_backed_up)
