"""The agency's phone line: the same answers for who has no app at hand."""
