"""The checks that `rollcall doctor` makes of a stack and of the machine, and the report of their findings."""
