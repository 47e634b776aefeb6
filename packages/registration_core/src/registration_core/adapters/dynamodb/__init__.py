"""Submissions in one DynamoDB table."""
