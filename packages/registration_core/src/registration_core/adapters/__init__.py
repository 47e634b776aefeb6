"""What touches the world: DynamoDB, SES, SQS, templates, signatures, the clock."""
