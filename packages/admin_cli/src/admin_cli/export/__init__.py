"""Exports: submissions read in bulk into a spool, and written in one of several formats once all are read."""
