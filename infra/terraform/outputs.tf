output "api_url" {
  description = "URL of the REST API, as VITE_API_URL for the application's build."
  value       = "https://${var.api.domain}/api/v1"
}

output "socket_url" {
  description = "URL of the socket, as VITE_WS_URL for the application's build."
  value       = "wss://${var.api.domain}/ws/sync"
}

output "alb_dns_name" {
  description = "DNS name of the load balancer, for your own record."
  value       = module.alb.dns_name
}

output "web" {
  description = "Bucket and distribution of the application. All values are null if it is served elsewhere."
  value = {
    bucket              = module.edge.web_bucket
    distribution_id     = module.edge.distribution_id
    distribution_domain = module.edge.distribution_domain
  }
}

output "repository_urls" {
  description = "URLs of the repositories of the images gateway, watcher and migrate."
  value       = module.ecs_cluster.repository_urls
}

output "region" {
  description = "Region of the stack, as AWS_REGION for all commands."
  value       = data.aws_region.current.name
}

output "cluster_name" {
  description = "Name of the ECS cluster."
  value       = module.ecs_cluster.cluster_name
}

output "service_names" {
  description = "Names of the ECS services of gateway and watcher."
  value       = { gateway = module.gateway.service_name, watcher = module.watcher.service_name }
}

output "task_definitions" {
  description = "Current task definitions of gateway and watcher. After a rollback the services run older ones."
  value       = { gateway = module.gateway.task_definition_arn, watcher = module.watcher.task_definition_arn }
}

output "migrate" {
  description = "Arguments of aws ecs run-task for the migrations."
  value = {
    task_definition   = module.migrate.task_definition_arn
    subnet_ids        = module.network.private_subnet_ids
    security_group_id = module.security.security_group_ids["migrate"]
    log_group         = module.migrate.log_group_name
  }
}

output "database" {
  description = "Identifier of the cluster, DNS name of the writer, and the secret with the owner's password."
  value = {
    cluster_identifier = module.database.cluster_identifier
    endpoint           = module.database.endpoint
    owner_secret_arn   = module.database.owner_secret_arn
  }
}

output "redis_replication_group_id" {
  description = "Id of the Valkey replication group, for failover drills."
  value       = module.redis.replication_group_id
}

output "nat_addresses" {
  description = "Public addresses of the tasks' outgoing connections."
  value       = module.network.nat_addresses
}

output "topic_arn" {
  description = "SNS topic of the alarms, for further subscribers such as a pager."
  value       = module.observability.topic_arn
}

output "alarm_names" {
  description = "Names of the alarms. Each has a runbook entry in docs/operations.md."
  value       = module.observability.alarm_names
}

output "container_environment" {
  description = "Names of each container's environment variables and secrets."
  value = {
    gateway = module.gateway.container_environment
    watcher = module.watcher.container_environment
    migrate = module.migrate.container_environment
  }
}
