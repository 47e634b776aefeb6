# What must not go unseen: messages that nobody could handle, functions that fail or are held back, mails that wait.

locals {
  actions = [for topic in aws_sns_topic.this : topic.arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = toset(var.dead_letters)

  alarm_name          = each.value
  alarm_description   = "The queue ${each.value} holds what could not be handled. See the operator's guide, Dead letters."
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
  alarm_description   = "A mail has waited for a quarter of an hour."
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
  alarm_description   = "The function ${each.value} failed: its log says why."
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

# More at once than Lambda allows. A visitor who is turned away for it gets a 5xx; mails and the sweep come late.
resource "aws_cloudwatch_metric_alarm" "function_throttles" {
  for_each = toset(var.functions)

  alarm_name          = "${each.value}-throttles"
  alarm_description   = "Lambda let the function ${each.value} wait or turned it away: too many ran at once."
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

# Milliseconds. Nothing is lost before the mapping gives a record up, after six hours.
resource "aws_cloudwatch_metric_alarm" "stream_waits" {
  alarm_name          = "${var.name}-stream-waits"
  alarm_description   = "A change in the table has waited for a quarter of an hour: its mails are not even queued."
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
  dimensions          = { ApiName = var.api_name, Stage = var.api_stage }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# Without a key of its own: alarms can't be published through the key that AWS manages for SNS, and they hold no personal data.
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
