"""The forms that a command works with: definitions, seats, headings and warnings."""
