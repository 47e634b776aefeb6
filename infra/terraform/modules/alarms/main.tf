# What an operator must hear about. Each alarm says what happened and what to do; docs/operator.md, Alarms, says more.
#
# Every alarm costs 0.10 USD a month, so a stack has those that show what visitors, registrants and staff would miss.
# Whatever a function does wrong ends in one of them: docs/decisions/0072-alarms.md. var.more adds the rest.

locals {
  actions = [for topic in aws_sns_topic.this : topic.arn]
  guide   = "More: docs/operator.md, Alarms."

  usual = {
    dimensions          = {}
    statistic           = "Sum"
    comparison_operator = "GreaterThanThreshold"
    threshold           = 0
    period              = 300
    evaluation_periods  = 1
    treat_missing_data  = "notBreaching"
  }

  always = {
    # Our own 500 and 503, and what API Gateway answers when a function fails, is throttled or takes too long.
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    api-errors = {
      description = "Visitors got a 5xx, so submissions may have failed. Read the logs of submit and links; if they show no error, see whether Lambda throttled or stopped the functions."
      namespace   = "AWS/ApiGateway"
      metric_name = "5XXError"
      dimensions  = var.api_dimensions
    }

    mail-waits = {
      description = "A mail has waited for 15 minutes. See whether SES refuses (aws sesv2 get-account), then read the log of notify."
      namespace   = "AWS/SQS"
      metric_name = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = var.mail_queue }
      statistic   = "Maximum"
      threshold   = 15 * 60
    }

    # Milliseconds. Nothing is lost until the mapping gives up a record, after six hours.
    stream-waits = {
      description = "A change in the table has waited for 15 minutes, so its mails are not queued yet. Read the log of dispatch. Nothing is lost for six hours."
      namespace   = "AWS/Lambda"
      metric_name = "IteratorAge"
      dimensions  = { FunctionName = var.stream_function }
      statistic   = "Maximum"
      threshold   = 15 * 60 * 1000
    }

    # Lambda writes Errors, 0 or 1, for each run. None at all means that nothing ran: throttled, or no longer scheduled.
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    sweep-stopped = {
      description        = "The sweep failed or did not run for 15 minutes, so seats are not freed and lost mails not found. Read its log; if there is none, see whether its rule is on and Lambda throttles it."
      namespace          = "AWS/Lambda"
      metric_name        = "Errors"
      dimensions         = { FunctionName = var.sweep_function }
      evaluation_periods = 3
      treat_missing_data = "breaching"
    }

    # AWS judges the whole account, and its own thresholds are these: above them it reviews the account, and may stop it
    # from sending. https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html
    bounces = {
      description         = "5% of the account's mails bounced; at 10% AWS may stop it from sending. Find the addresses with rollcall mail list --state bounced, and see whether a form or an import is misused."
      namespace           = "AWS/SES"
      metric_name         = "Reputation.BounceRate"
      statistic           = "Average"
      comparison_operator = "GreaterThanOrEqualToThreshold"
      threshold           = 0.05
      period              = 3600
      treat_missing_data  = "ignore"
    }

    complaints = {
      description         = "0.1% of the account's mails were reported as spam; at 0.5% AWS may stop it from sending. Find them with rollcall mail list --state complained, and see what those people were sent."
      namespace           = "AWS/SES"
      metric_name         = "Reputation.ComplaintRate"
      statistic           = "Average"
      comparison_operator = "GreaterThanOrEqualToThreshold"
      threshold           = 0.001
      period              = 3600
      treat_missing_data  = "ignore"
    }
  }

  more = {
    # API Gateway counts a 429 among all 4xx. So submit counts its own, and a filter those in the gateway's access log.
    api-throttles = {
      description = "More than 10 requests in 5 minutes were refused with 429. If they are real visitors, raise rate_limits or throttle; the log of submit says which limit it was."
      namespace   = var.metrics_namespace
      metric_name = "TooManyRequests"
      threshold   = 10
    }

    no-submissions = {
      description         = "No submission for ${coalesce(try(var.more.no_submissions_days, null), 0)} days. Send one yourself from the site. If that works and a form should be open, look at its dates and at the links to it."
      namespace           = var.metrics_namespace
      metric_name         = "Submissions"
      comparison_operator = "LessThanThreshold"
      threshold           = 1
      period              = 24 * 60 * 60
      evaluation_periods  = try(var.more.no_submissions_days, null)
      treat_missing_data  = "breaching"
    }
  }

  chosen = {
    for name, alarm in local.more : name => alarm
    if var.more != null && (name != "no-submissions" || try(var.more.no_submissions_days, null) != null)
  }

  watched_functions = { for name, function in var.functions : function.name => function if contains(try(var.more.functions, []), name) }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in merge(local.always, local.chosen) : name => merge(local.usual, alarm) }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} ${local.guide}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric_name
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison_operator
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.evaluation_periods
  treat_missing_data  = each.value.treat_missing_data
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# The response type is the gateway's own name for a request over the stage's limits, so submit's refusals don't match.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
resource "aws_cloudwatch_log_metric_filter" "throttled" {
  count = var.more == null || var.access_log_group == null ? 0 : 1

  name           = "${var.name}-throttled"
  log_group_name = var.access_log_group
  pattern        = "{ $.error = \"THROTTLED\" }"

  metric_transformation {
    namespace = var.metrics_namespace
    name      = local.more.api-throttles.metric_name
    value     = "1"
    unit      = "Count"
  }
}

moved {
  from = aws_cloudwatch_metric_alarm.api_errors
  to   = aws_cloudwatch_metric_alarm.this["api-errors"]
}

moved {
  from = aws_cloudwatch_metric_alarm.mail_waits
  to   = aws_cloudwatch_metric_alarm.this["mail-waits"]
}

moved {
  from = aws_cloudwatch_metric_alarm.stream_waits
  to   = aws_cloudwatch_metric_alarm.this["stream-waits"]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = var.dead_letters

  alarm_name          = each.key
  alarm_description   = "The queue ${each.key} holds dead letters: ${each.value} More: docs/operator.md, Dead letters."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.key }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# --- one function each, by choice ---------------------------------------------------------------------------------------

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each = local.watched_functions

  alarm_name          = "${each.key}-errors"
  alarm_description   = "The function ${each.key} failed. Read its log, /aws/lambda/${each.key}. ${local.guide}"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.key }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "function_throttles" {
  for_each = local.watched_functions

  alarm_name          = "${each.key}-throttles"
  alarm_description   = "Lambda throttled the function ${each.key}: too many ran at once. Ask AWS for a higher limit, or raise reserved_concurrency. ${local.guide}"
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = each.key }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# Milliseconds. With fewer than a hundred runs in the period, the 99th percentile is the slowest of them.
resource "aws_cloudwatch_metric_alarm" "function_slow" {
  for_each = local.watched_functions

  alarm_name          = "${each.key}-slow"
  alarm_description   = "The function ${each.key} took more than four fifths of the ${each.value.timeout_s} seconds after which Lambda stops it. Read its log, and see whether the table, the queue or SES is slow. ${local.guide}"
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  dimensions          = { FunctionName = each.key }
  extended_statistic  = "p99"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.timeout_s * 800
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# Without a key of ours it has none: alarms can't publish through the key that AWS manages for SNS, and they hold no
# personal data.
resource "aws_sns_topic" "this" {
  # checkov:skip=CKV_AWS_26:alarms can't publish through the key that AWS manages for SNS, and hold no personal data
  count = var.email == null ? 0 : 1

  name              = "${var.name}-alarms"
  kms_master_key_id = one([for key in var.key[*] : key.arn if !key.retired])
}

resource "aws_sns_topic_subscription" "this" {
  count = var.email == null ? 0 : 1

  topic_arn = aws_sns_topic.this[0].arn
  protocol  = "email"
  endpoint  = var.email
}
