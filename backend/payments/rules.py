"""What may be said about a hold. Pure."""

# Reasons that tell nothing but themselves. Anything else could reveal that the money came from a tax refund.
HOLD_REASONS = frozenset(
    {
        "address",  # we do not know where to send it
        "no_payment_method",  # no bank account or card is known
        "bank_returned",  # the bank sent an earlier one back
        "unidentified",  # the case it belongs to is being confirmed
        "name_mismatch",  # the name on it is not the case's
        "dispute",  # somebody says that it is wrong
        "court_order",  # a court asked to wait
        "future_payment",  # it came before it was due
    }
)
NEUTRAL_HOLD = "other"
