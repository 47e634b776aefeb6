# One CloudWatch page: what the alarms say, and the figures behind them. Each row is two widgets, half the page each.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html

locals {
  half   = 12
  height = 6

  of_functions = { for metric in ["Errors", "Throttles", "Duration"] : metric => [for function in var.functions : ["AWS/Lambda", metric, "FunctionName", function]] }
  of_api       = flatten([for dimension, value in var.api_dimensions : [dimension, value]])

  # Title, what a point stands for, and the lines: namespace, metric, dimensions, and what differs from the rest.
  graphs = [
    {
      title   = "Submissions by form, an hour"
      stat    = "Sum"
      period  = 3600
      metrics = [for form in var.forms : [var.metrics_namespace, "Submissions", "form", form]]
    },
    {
      title  = "Seats taken, and submissions waiting"
      stat   = "Maximum"
      period = 300
      metrics = concat(
        [for form in var.forms : [var.metrics_namespace, "SeatsTaken", "form", form, { label = "${form}: taken" }]],
        [for form in var.forms : [var.metrics_namespace, "Waiting", "form", form, { label = "${form}: waiting" }]],
      )
    },
    {
      title  = "Mails, an hour"
      stat   = "Sum"
      period = 3600
      metrics = [
        [var.metrics_namespace, "MailsSent", { label = "sent" }],
        [var.metrics_namespace, "MailsFailed", { label = "attempts failed" }],
        ["AWS/SES", "Bounce", { label = "bounced (whole account)" }],
        ["AWS/SES", "Complaint", { label = "reported as spam (whole account)" }],
      ]
    },
    {
      title  = "What waits, in seconds, and dead letters"
      stat   = "Maximum"
      period = 300
      metrics = concat(
        [
          ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", var.mail_queue, { label = "oldest mail" }],
          ["AWS/Lambda", "IteratorAge", "FunctionName", var.stream_function, { id = "iterator", visible = false }],
          [{ expression = "iterator / 1000", label = "oldest change in the table" }],
        ],
        [for queue in var.dead_letters : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, { yAxis = "right" }]],
      )
    },
    {
      title  = "Requests to the API"
      stat   = "Sum"
      period = 300
      metrics = [
        concat(["AWS/ApiGateway", "Count"], local.of_api, [{ label = "all" }]),
        concat(["AWS/ApiGateway", "4XXError"], local.of_api, [{ label = "4xx" }]),
        concat(["AWS/ApiGateway", "5XXError"], local.of_api, [{ label = "5xx" }]),
        [var.metrics_namespace, "TooManyRequests", { label = "429" }],
      ]
    },
    {
      title  = "How long visitors wait for the API, in milliseconds"
      stat   = "p50"
      period = 300
      metrics = [
        concat(["AWS/ApiGateway", "Latency"], local.of_api, [{ label = "half" }]),
        concat(["AWS/ApiGateway", "Latency"], local.of_api, [{ label = "99 of 100", stat = "p99" }]),
      ]
    },
    {
      title   = "Functions: errors and throttles"
      stat    = "Sum"
      period  = 300
      metrics = concat(local.of_functions.Errors, [for line in local.of_functions.Throttles : concat(line, [{ yAxis = "right" }])])
    },
    {
      title   = "Functions: 99 of 100 runs took at most, in milliseconds"
      stat    = "p99"
      period  = 300
      metrics = local.of_functions.Duration
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    start          = "-P${var.days}D"
    periodOverride = "inherit"

    widgets = concat(
      [{
        type       = "alarm"
        x          = 0
        y          = 0
        width      = 2 * local.half
        height     = 3
        properties = { title = "Alarms", alarms = var.alarm_arns }
      }],
      [for index, graph in local.graphs : {
        type   = "metric"
        x      = index % 2 * local.half
        y      = 3 + floor(index / 2) * local.height
        width  = local.half
        height = local.height

        properties = merge(graph, {
          region  = var.region
          view    = "timeSeries"
          stacked = false
          yAxis   = { left = { min = 0 } }
        })
      }],
    )
  })
}
