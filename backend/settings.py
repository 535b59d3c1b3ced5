"""The environment, read once into one frozen struct. README's section "Settings" explains each name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypedDict

import msgspec

from backend.environment import data_folder

TRUE = {"on": True, "off": False}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an operator may set; the field's name in capitals is the variable's name, unless NAMES says otherwise."""

    database_url: str
    redis_url: str
    data: Path
    host: str
    port: int
    origin: str
    secret: str
    proxies: tuple[str, ...]
    schema: bool
    recall: bool
    demo: bool
    staff_passwords: bool
    pool_size: int
    agency_name: str
    agency_phone: str
    agency_time_zone: str
    extract_keys: dict[str, str]
    drop_folder: Path | None
    blob_folder: Path
    scan_command: str
    vapid_subject: str
    push_hosts: tuple[str, ...]
    smtp_url: str
    mail_from: str
    text_url: str
    text_from: str
    voice_token: str
    metrics_token: str
    app_min: str
    reads_most: int
    reads_alert: int
    unassigned_alert: int
    held_alert: int
    audit_anchors: Path | None
    log_level: str

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https, so that cookies can demand it."""
        return self.origin.startswith("https://")


NAMES = {
    "data": "PORCHLIGHT_DATA",
    "host": "PORCHLIGHT_HOST",
    "port": "PORCHLIGHT_PORT",
    "origin": "PORCHLIGHT_ORIGIN",
    "secret": "PORCHLIGHT_SECRET",
    "proxies": "PORCHLIGHT_PROXIES",
    "schema": "PORCHLIGHT_SCHEMA",
    "recall": "PORCHLIGHT_RECALL",
    "demo": "PORCHLIGHT_DEMO",
    "staff_passwords": "PORCHLIGHT_STAFF_PASSWORDS",
    "pool_size": "PORCHLIGHT_POOL_SIZE",
    "app_min": "PORCHLIGHT_APP_MIN",
    "log_level": "PORCHLIGHT_LOG_LEVEL",
}


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return NAMES.get(field, field.upper())


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check every setting; a wrong one ends the process with a sentence that names it."""
    def word(field: str, otherwise: str = "") -> str:
        return environ.get(variable(field), "").strip() or otherwise

    port = _number(word("port", "8000"), "port")
    return Settings(
        database_url=word("database_url"),
        redis_url=word("redis_url"),
        data=data_folder(environ),
        host=word("host", "127.0.0.1"),
        port=port,
        secret=word("secret"),
        origin=word("origin", f"http://localhost:{port}").rstrip("/"),
        proxies=tuple(proxy.strip() for proxy in word("proxies").split(",") if proxy.strip()),
        schema=_choice(word("schema", "off"), "schema"),
        recall=_choice(word("recall", "off"), "recall"),
        demo=_choice(word("demo", "off"), "demo"),
        staff_passwords=_choice(word("staff_passwords", "off"), "staff_passwords"),
        pool_size=_number(word("pool_size", "10"), "pool_size"),
        agency_name=word("agency_name", "Child Support Agency"),
        agency_phone=word("agency_phone", "555-0100"),
        agency_time_zone=word("agency_time_zone", "America/New_York"),
        extract_keys=_keys(word("extract_keys")),
        drop_folder=_path(word("drop_folder")),
        blob_folder=Path(word("blob_folder") or data_folder(environ) / "blobs").expanduser().absolute(),
        scan_command=word("scan_command"),
        vapid_subject=word("vapid_subject", "mailto:push@porchlight.example"),
        push_hosts=tuple(host.strip() for host in word("push_hosts").split(",") if host.strip()),
        smtp_url=word("smtp_url"),
        mail_from=word("mail_from", "porchlight@localhost"),
        text_url=word("text_url"),
        text_from=word("text_from"),
        voice_token=word("voice_token"),
        metrics_token=word("metrics_token"),
        app_min=word("app_min", "0.0.0"),
        **_watching(word),
        audit_anchors=_path(word("audit_anchors")),
        log_level=word("log_level", "info"),
    )


class Watching(TypedDict):
    """From how many readings on somebody is slowed, or supervisors are told."""

    reads_most: int
    reads_alert: int
    unassigned_alert: int
    held_alert: int


def _watching(word: Callable[[str, str], str]) -> Watching:
    return Watching(
        reads_most=_number(word("reads_most", "60"), "reads_most"),
        reads_alert=_number(word("reads_alert", "15"), "reads_alert"),
        unassigned_alert=_number(word("unassigned_alert", "3"), "unassigned_alert"),
        held_alert=_number(word("held_alert", "1500"), "held_alert"),
    )


def _number(text: str, field: str) -> int:
    if not text.isdecimal():
        raise SystemExit(f"{variable(field)} has to be a whole number, and is {text!r}.")
    return int(text)


def _path(text: str) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _choice(text: str, field: str) -> bool:
    if text not in TRUE:
        raise SystemExit(f"{variable(field)} has to be on or off, and is {text!r}.")
    return TRUE[text]


def _keys(text: str) -> dict[str, str]:
    """`id=base64,id=base64` as a mapping of key id to Ed25519 public key."""
    pairs = [pair.strip().partition("=") for pair in text.split(",") if pair.strip()]
    if any(not name or not key for name, _, key in pairs):
        raise SystemExit("EXTRACT_KEYS has to be a list like state-2026=BASE64,state-2027=BASE64.")
    return {name: key for name, _, key in pairs}


SETTINGS = load()
