"""The verbs of `rollcall mail`, one module each."""
