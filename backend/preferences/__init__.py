"""How a person wants the app to be, on whichever phone they use."""
