"""Forms for commands: definitions, seats, headings and warnings."""
