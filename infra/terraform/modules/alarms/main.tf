# What an operator must hear about: dead letters, functions that fail or are throttled, mails that wait.

locals {
  actions = [for topic in aws_sns_topic.this : topic.arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = toset(var.dead_letters)

  alarm_name          = each.value
  alarm_description   = "The queue ${each.value} holds dead letters. See the operator's guide, Dead letters."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "mail_waits" {
  alarm_name          = "${var.name}-mail-waits"
  alarm_description   = "A mail has waited for 15 minutes."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = var.mail_queue }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 15 * 60
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each = toset(var.functions)

  alarm_name          = "${each.value}-errors"
  alarm_description   = "The function ${each.value} failed. Its log says why."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# More at once than Lambda allows. Visitors get a 5xx; mails and the sweep are late.
resource "aws_cloudwatch_metric_alarm" "function_throttles" {
  for_each = toset(var.functions)

  alarm_name          = "${each.value}-throttles"
  alarm_description   = "Lambda throttled the function ${each.value}: too many ran at once."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# Milliseconds. Nothing is lost until the mapping gives up a record, after six hours.
resource "aws_cloudwatch_metric_alarm" "stream_waits" {
  alarm_name          = "${var.name}-stream-waits"
  alarm_description   = "A change in the table has waited for 15 minutes, so its mails are not queued yet."
  namespace           = "AWS/Lambda"
  metric_name         = "IteratorAge"
  dimensions          = { FunctionName = var.stream_function }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 15 * 60 * 1000
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "api_errors" {
  alarm_name          = "${var.name}-api-errors"
  alarm_description   = "The API answered visitors with 5xx."
  namespace           = "AWS/ApiGateway"
  metric_name         = "5XXError"
  dimensions          = merge({ ApiName = var.api_name }, var.api_stage == null ? {} : { Stage = var.api_stage })
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# No KMS key: alarms can't publish through the key that AWS manages for SNS, and they hold no personal data.
resource "aws_sns_topic" "this" {
  count = var.email == null ? 0 : 1

  name = "${var.name}-alarms"
}

resource "aws_sns_topic_subscription" "this" {
  count = var.email == null ? 0 : 1

  topic_arn = aws_sns_topic.this[0].arn
  protocol  = "email"
  endpoint  = var.email
}
