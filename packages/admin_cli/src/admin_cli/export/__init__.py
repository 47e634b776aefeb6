"""Exports: entries read in bulk, kept in a spool until all are there, then written in one of several formats."""
