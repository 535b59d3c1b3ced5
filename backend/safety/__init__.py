"""Whom we protect: our own mark of a person in danger beside the state's, and how two people take it back."""
