"""The tests' key is known to this installation."""

import pytest

from tests.backend.ingest.extracts import trust


@pytest.fixture(autouse=True)
def trusted() -> None:
    trust()
