output "service_name" {
  description = "Name of the service. Null for a one-off task."
  value       = var.service == null ? null : aws_ecs_service.this[0].name
}

output "task_definition_arn" {
  description = "ARN of the current task definition."
  value       = aws_ecs_task_definition.this.arn
}

output "log_group_name" {
  description = "Log group of the task."
  value       = aws_cloudwatch_log_group.this.name
}

output "container_environment" {
  description = "Names of the container's environment variables and secrets."
  value = {
    environment = sort(keys(var.environment))
    secrets     = sort(keys(var.secrets))
  }
}
