output "service_name" {
  description = "Name of the service; null for a task that is only started by hand."
  value       = var.service == null ? null : aws_ecs_service.this[0].name
}

output "task_definition_arn" {
  description = "The task as it is to run now."
  value       = aws_ecs_task_definition.this.arn
}

output "log_group_name" {
  description = "Where it writes."
  value       = aws_cloudwatch_log_group.this.name
}

output "container_environment" {
  description = "Names of the settings that the container gets, environment and secrets apart."
  value = {
    environment = sort(keys(var.environment))
    secrets     = sort(keys(var.secrets))
  }
}
