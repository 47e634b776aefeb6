"""What Rollcall is about: forms, answers, submissions. Standard library only; no I/O."""
