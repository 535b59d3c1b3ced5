"""What is true of taking a mark back: how long a wish waits for a second person."""

from datetime import timedelta
from typing import Final

CLEARING_LIVES: Final = timedelta(days=7)
