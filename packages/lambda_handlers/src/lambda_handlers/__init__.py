"""The Lambda functions: thin entry points over registration_core."""
