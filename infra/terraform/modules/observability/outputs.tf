output "topic_arn" {
  description = "Topic of the alarms, for further listeners such as a pager."
  value       = aws_sns_topic.this.arn
}

output "dashboard_name" {
  description = "Dashboard in CloudWatch."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_names" {
  description = "Alarms, each with an entry in the runbook."
  value       = sort([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name])
}
