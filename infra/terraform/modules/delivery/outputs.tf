output "next_step" {
  description = "What to do by hand once."
  value = join(" ", concat(
    length(aws_codeconnections_connection.this) == 0 ? [] : ["In the AWS console, open Developer Tools, Settings, Connections, and update the pending connection ${var.name}: this lets it read your repositories in GitHub."],
    ["Confirm the subscription that SNS mailed to ${var.approver}."],
  ))
}
