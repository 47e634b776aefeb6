"""One module a noun (or a command that needs none); each has an `app`, and is imported when it is called."""
