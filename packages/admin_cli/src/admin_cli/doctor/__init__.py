"""What is examined of a stack, and of the machine that works on it."""
