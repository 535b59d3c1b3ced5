"""Makers of test data: make_account(), make_case(), make_payment() …, each with defaults for what a test does not care about."""

from __future__ import annotations
