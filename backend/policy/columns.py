"""Every column of every table, in its class. A column that stands nowhere here fails a test, and so would never leave.

A child is a participant like its parents, but of another class: `CHILD` overrides what differs in such a row.
"""

from collections.abc import Mapping
from typing import Final

from backend.policy.classes import Class

_CONTACT: Final = ("phone", "email", "address_1", "address_2", "city", "state", "postal_code", "language")


def _of(**classes: str) -> dict[str, Class]:
    """Columns by class, the names of each class in one string."""
    return {column: Class(name) for name, columns in classes.items() for column in columns.split()}


COLUMNS: Final[Mapping[str, Mapping[str, Class]]] = {
    "agency": _of(place="id source", agency="name phone time_zone as_of"),
    "bookable_hours": _of(place="id agency_id", agency="weekday from_local to_local minutes channel"),
    "account": _of(
        place="id person_id worker_login",
        account="role display_name language time_zone alert alert_at",
        device="active created_at",
        secret="login password_hash demo_key",  # noqa: S106
    ),
    "ivd_case": _of(
        place="id",
        case="case_number status stage opened_on closed_on next_step_code next_step_on",
        office_of_case="office_code closure_code initiating_fips responding_fips",
    ),
    "participant": _of(
        place="id case_id person_id party party_bit role_bit from_on to_on",
        name="role first_name last_name",
        contact=" ".join(_CONTACT),
        identity="born_on",
        safety="safe_to_contact family_violence",
        child_place="child_resides_with",
    ),
    "person": _of(
        place="id person_id closed",
        name="first_name last_name",
        identity="middle_name born_on",
        contact=" ".join(_CONTACT),
        safety="safe_to_contact family_violence",
        employment="employer_name employer_phone",
    ),
    "support_order": _of(place="id order_id case_id", order="court docket_number entered_on effective_on ended_on review_due_on"),
    "obligation": _of(place="id case_id", order="order_id line kind amount_cents frequency from_on to_on", employment="withholding"),
    "balance": _of(place="id case_id", order="kind as_of_on amount_cents"),
    "payment": _of(
        place="id case_id closed",
        money_in="paid_on posted_on amount_cents reversed_by",
        money_origin="originator settled_on trace source",
    ),
    "distribution": _of(place="id case_id closed", money_origin="originator settled_on trace line kind payee amount_cents distributed_on"),
    "disbursement": _of(
        place="id disbursement_id case_id closed",
        money_out="payment_id amount_cents status status_on expected_on hold_reason_code",
        money_route="method",
        money_origin="originator settled_on trace",
    ),
    "hearing": _of(
        place="id hearing_id case_id",
        hearing="docket_number kind starts_local time_zone minutes court room address remote status",
        appearance="appearance",
    ),
    "key_event": _of(place="id event_id case_id aud", event="code happened_on detail_code", event_readers="visible_to"),
    "message": _of(
        place="id case_id party_bit author_id",
        conversation="thread from_party body receipt written_at received_at answer_due_on answered_at",
        colleague="author_name",
    ),
    "appointment": _of(
        place="id case_id party_bit",
        conversation="thread starts_local asked_local asked_by time_zone minutes channel topic note state requested_at",
        colleague="worker_name",
        staffing="worker_login",
    ),
    "contact_change": _of(
        place="id case_id party_bit", conversation="thread field was now state sent_at", colleague="taken_by", staffing="taken_at"
    ),
    "document": _of(
        place="id case_id party_bit account_id",
        conversation="thread kind note files bytes pages arrived state reason said received_at decided_at request",
        colleague="scan decided_by",
        decision="written_at",
    ),
    "document_request": _of(place="id case_id party_bit", conversation="thread kind why by_on state asked_at", colleague="asked_by"),
    "document_file": _of(
        conversation="id document_id place sha256 bytes media_type pages state clean_sha256 clean_bytes arrived_at",
    ),
    "document_ticket": _of(secret="token_hash file_id account_id expires_at"),  # noqa: S106
    "note": _of(place="id case_id author_id", note="beside version author_name body written_at received_at edited_by edited_at"),
    "read_mark": _of(place="id account_id", own_habit="thread read_at"),
    "preference": _of(place="id account_id", own_habit="name value"),
    "visit_pin": _of(place="id account_id", own_habit="case_id"),
    "office": _of(staffing="id office_code name phone address time_zone hours closed"),
    "worker": _of(staffing="id worker_login name role unit_code office_code phone email active"),
    "assignment": _of(staffing="id case_id worker_login from_on to_on part"),
    "appointment_slot": _of(staffing="worker_login at_local appointment_id case_id thread"),
    "appointment_hour": _of(staffing="worker_login at_local case_id"),
    "sync_device": _of(
        device="id kind name last_n next_n_seen next_n_at schema app_version clock_ms created_at seen_at digest_at revoked_at wipe "
        "told_at wiped_at closed_at",
        secret="key",  # noqa: S106
        engine="principal crashes manifest_digest session_id heir_of",
    ),
    "sync_mutation": _of(
        device="outcome",
        conversation="args detail",
        engine="device n id copy name v scope at_claimed received_at code",
    ),
    "quarantine": _of(quarantine="id device n name scope box kept_at state code", engine="mutation decided_by decided_at outcome"),
    "vault_key": _of(engine="purpose generation made_at retired_at"),
    "vault_share": _of(secret="device next share check_hash left_tries made_at"),  # noqa: S106
    "batch": _of(load="id source sequence mode digest as_of state first gap report started_at ended_at"),
    "reject": _of(load="id batch_id file line column reason"),
    "journal": _of(decision="id at actor_id verb case_id subject_id batch_id detail"),
    "notice": _of(
        told="kind case_id subject_id told_at opened_at",
        decision="account_id event_key collapse_key not_before expires_at state created_at ended_at told_on lead_id speaks_of",
        place="id",
    ),
    "notice_tally": _of(engine="kind told delivered opened"),
    "push_delivery": _of(
        decision="notice_id subscription_id id state answer attempts next_at ttl_s first_at last_at service rank claims expires_at"
    ),
    "push_service": _of(engine="service rate tokens filled_at closed_until trouble credentials answers"),
    "push_subscription": _of(
        secret="endpoint endpoint_hash p256dh auth renew_hash vapid_key_id",  # noqa: S106
        decision="id account_id device_id host agent_class locale created_at last_ok_at last_error fails first_fail_at state "
        "reason service",
    ),
    "reach": _of(
        place="id account_id",
        reach="channel address private verified_at stopped_at created_at",
        secret="address_hash code_hash code_until tries",  # noqa: S106
    ),
    "heard_text": _of(engine="provider_hash heard_at"),
    "reach_delivery": _of(decision="id notice_id reach_id state reason attempts claims next_at expires_at first_at last_at"),
    "session": _of(
        device="id how kind created_at seen_at",
        secret="token_hash old_token_hash account_id rotated_at proved_for proved_at expires_at ended_at",  # noqa: S106
    ),
    "passkey": _of(
        device="id name made_at used_at prf backed_up",
        secret="account_id credential_id public_key sign_count backup_eligible regressed_at waits_for",  # noqa: S106
    ),
    "challenge": _of(secret="challenge purpose holder expires_at"),  # noqa: S106
    "authenticator": _of(secret="account_id seed last_step made_at"),  # noqa: S106
    "phone_line": _of(device="number made_at used_at", secret="account_id pin_hash fails"),  # noqa: S106
    "phone_call": _of(engine="id provider_hash token_hash before_hash state answer began_at ended_at"),
    "recovery_code": _of(secret="id account_id code_hash used_at waits_for"),  # noqa: S106
    "password_setup": _of(secret="holder password_hash seed tries expires_at"),  # noqa: S106
    "claim": _of(secret="id code_hash way person_id account_id made_by made_at expires_at tries used_at ended_at"),  # noqa: S106
    "enrolment": _of(secret="id claim_id token_hash account_id login recovers made_at expires_at done_at"),  # noqa: S106
    "recovery": _of(secret="id account_id asked_at ready_at password_hash seed last_step cancelled_at done_at"),  # noqa: S106
    "identity_check": _of(identity_check="id kind account_id person_id made_at done_at done_by"),
    "safety_mark": _of(protection="id person_id case_id made_by made_at cleared_at"),
    "safety_clearing": _of(protection="id mark_id case_id reason asked_by asked_at until_at decided_by decided_at outcome"),
    "permit": _of(permit="id kind account_id case_id participant_id topics reason given_by from_at until_at ended_at"),
    "exposure": _of(exposure="id device account_id role case_id mask offered_at sent_at until_at view"),
    "exposure_view": _of(exposure="id says made_at"),
    "app_floor": _of(engine="id version at"),
    "journal_seal": _of(engine="seq entry hash"),
    "journal_head": _of(engine="seq hash signature at"),
    "journal_unsealed": _of(engine="entry"),
    "throttle": _of(secret="key window_at hits"),  # noqa: S106
    "vapid_key": _of(secret="id public_key private_key created_at retired_at"),  # noqa: S106
    "job": _of(engine="id kind payload key run_at lease_until attempts done_at failed last_error"),
    "migration": _of(engine="id name app_name ran_on"),
    "sync_row": _of(engine="scope aud kind id rev gone gone_at x"),
    "sync_grant": _of(engine="principal scope mask"),
    "sync_manifest": _of(engine="principal digest"),
    "sync_epoch": _of(engine="id system_identifier timeline home declaration seal_key started_at"),
}

CHILD: Final[Mapping[str, Class]] = {
    "first_name": Class.CHILD_NAME,
    "last_name": Class.IDENTITY,
    **dict.fromkeys(_CONTACT, Class.CHILD_PLACE),
}


def class_of(table: str, column: str, *, child: bool = False) -> Class:
    """The class of a column; raises KeyError for one that has none."""
    return CHILD[column] if child and table == "participant" and column in CHILD else COLUMNS[table][column]
