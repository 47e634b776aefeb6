"""Imports of CSV files into a stack."""
