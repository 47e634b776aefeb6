"""The people who may sign in to a stack's desk."""
