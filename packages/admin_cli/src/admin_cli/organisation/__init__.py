"""An organisation's own files: started from the example, and checked."""
