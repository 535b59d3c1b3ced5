"""The Web Push engine: it carries a Notification to a Subscription and says what became of it."""
