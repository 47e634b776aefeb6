"""What a person meets at the terminal: output, tables, help, progress and completion."""
