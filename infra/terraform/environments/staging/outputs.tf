# Separate outputs for deploy.sh: after its first step, the output of the whole stack is not known yet.
output "cluster_name" {
  description = "Name of the ECS cluster."
  value       = module.heliograph.cluster_name
}

output "region" {
  description = "AWS region, as AWS_REGION for all commands."
  value       = module.heliograph.region
}

output "service_names" {
  description = "Names of the ECS services of gateway and watcher."
  value       = module.heliograph.service_names
}

output "task_definitions" {
  description = "Current task definitions of gateway and watcher."
  value       = module.heliograph.task_definitions
}

output "repository_urls" {
  description = "URLs of the repositories of the images gateway, watcher and migrate."
  value       = module.heliograph.repository_urls
}

output "migrate" {
  description = "Arguments of aws ecs run-task for the migrations."
  value       = module.heliograph.migrate
}

output "web" {
  description = "Bucket and distribution of the application."
  value       = module.heliograph.web
}

output "api_url" {
  description = "URL of the REST API, as VITE_API_URL for the application's build."
  value       = module.heliograph.api_url
}

output "socket_url" {
  description = "URL of the socket, as VITE_WS_URL for the application's build."
  value       = module.heliograph.socket_url
}

output "heliograph" {
  description = "All outputs of the stack."
  value       = module.heliograph
}
