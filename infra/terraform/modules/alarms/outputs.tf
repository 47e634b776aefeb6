output "names" {
  description = "The names of the alarms, those of visitors and mails first."
  value = [
    for alarm in concat(
      values(aws_cloudwatch_metric_alarm.this),
      values(aws_cloudwatch_metric_alarm.dead_letters),
      values(aws_cloudwatch_metric_alarm.function_errors),
      values(aws_cloudwatch_metric_alarm.function_throttles),
      values(aws_cloudwatch_metric_alarm.function_slow),
    ) : alarm.alarm_name
  ]
}
