"""The shared package: forms, submissions, quotas, mails, and where they are kept."""
