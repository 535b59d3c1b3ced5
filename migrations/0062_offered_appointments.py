"""An appointment can begin with the case team: offered to a party, who agrees or asks for another time."""

from backend.migrate import statements

ID = "0062_offered_appointments"
VERSION = "1.38.0"
DESCRIPTION = "appointment.state"

SQL = """
ALTER TABLE appointment DROP CONSTRAINT appointment_state_check;
ALTER TABLE appointment ADD CONSTRAINT appointment_state_check
    CHECK (state IN ('offered','requested','confirmed','move_asked','cancelled','missed','held'));
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
