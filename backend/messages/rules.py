"""What is true of messages: when an answer is due, and the number that a person can quote."""

import secrets
from datetime import date, timedelta

ANSWER_WORKING_DAYS = 5
RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O 1 I L U: read aloud and typed without mistakes
RECEIPT_LENGTH = 7
SATURDAY = 5


def answer_due_on(received_on: date) -> date:
    """The last of the working days (Monday to Friday) that the case team has for its answer, after the day it came."""
    due, left = received_on, ANSWER_WORKING_DAYS
    while left:
        due += timedelta(days=1)
        left -= due.weekday() < SATURDAY
    return due


def new_receipt() -> str:
    """A random number such as K4T-9WMX: it says nothing of how many messages there are."""
    letters = [secrets.choice(RECEIPT_LETTERS) for _ in range(RECEIPT_LENGTH)]
    return "".join(letters[:3]) + "-" + "".join(letters[3:])
