"""Reading a case that is not one's own: for a reason, for a while, online, and on the record."""
