"""What may be said about a hold. Pure."""

# Reasons that tell nothing but themselves. Anything else could reveal that the money came from a tax refund.
HOLD_REASONS = frozenset(
    {
        "address",  # we do not know where to send it
        "account",  # the bank account or card did not take it
        "identity",  # who is to receive it is being confirmed
        "order",  # a court decides who is to receive it
        "dispute",  # somebody says that it is wrong
        "review",  # the agency is looking at it
    }
)
NEUTRAL_HOLD = "review"
