"""A planted fault: nobody's address is known, so that whoever attacks a login locks its owner out. Runs the module that is named to it."""

import runpy
import sys

from backend.accounts import throttle

throttle.IS_KNOWN = "SELECT false WHERE $1::text IS NULL OR $2::int IS NULL"  # type: ignore[misc]

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
