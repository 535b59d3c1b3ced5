"""Appointments between a party and the case team; hearings are the court's and stand in their own room."""
