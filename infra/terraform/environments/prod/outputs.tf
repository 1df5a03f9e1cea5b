# Apart, for deploy.sh: after the first of its steps only these are known.
output "cluster_name" {
  description = "ECS cluster."
  value       = module.heliograph.cluster_name
}

output "region" {
  description = "AWS_REGION of every command."
  value       = module.heliograph.region
}

output "service_names" {
  description = "ECS services of gateway and watcher."
  value       = module.heliograph.service_names
}

output "task_definitions" {
  description = "What gateway and watcher are to run now."
  value       = module.heliograph.task_definitions
}

output "repository_urls" {
  description = "Where to push the images gateway, watcher and migrate."
  value       = module.heliograph.repository_urls
}

output "migrate" {
  description = "What it takes to run the migrations."
  value       = module.heliograph.migrate
}

output "web" {
  description = "Bucket and distribution of the application."
  value       = module.heliograph.web
}

output "api_url" {
  description = "VITE_API_URL of the application's build."
  value       = module.heliograph.api_url
}

output "socket_url" {
  description = "VITE_WS_URL of the application's build."
  value       = module.heliograph.socket_url
}

output "heliograph" {
  description = "Everything that the stack tells."
  value       = module.heliograph
}
