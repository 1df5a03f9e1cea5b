output "api_url" {
  description = "Where the REST API is: VITE_API_URL of the application's build."
  value       = "https://${var.api.domain}/api/v1"
}

output "socket_url" {
  description = "Where the socket is: VITE_WS_URL of the application's build."
  value       = "wss://${var.api.domain}/ws/sync"
}

output "alb_dns_name" {
  description = "Address of the load balancer, for a record of your own."
  value       = module.alb.dns_name
}

output "web" {
  description = "Bucket and distribution of the application; all null when it is served elsewhere."
  value = {
    bucket              = module.edge.web_bucket
    distribution_id     = module.edge.distribution_id
    distribution_domain = module.edge.distribution_domain
  }
}

output "repository_urls" {
  description = "Where to push the images gateway, watcher and migrate."
  value       = module.ecs_cluster.repository_urls
}

output "region" {
  description = "Region of it all: AWS_REGION of every command."
  value       = data.aws_region.current.name
}

output "cluster_name" {
  description = "ECS cluster."
  value       = module.ecs_cluster.cluster_name
}

output "service_names" {
  description = "ECS services of gateway and watcher."
  value       = { gateway = module.gateway.service_name, watcher = module.watcher.service_name }
}

output "task_definitions" {
  description = "What gateway and watcher are to run now; their services run something else after a rollback."
  value       = { gateway = module.gateway.task_definition_arn, watcher = module.watcher.task_definition_arn }
}

output "migrate" {
  description = "What it takes to run the migrations: aws ecs run-task with these."
  value = {
    task_definition   = module.migrate.task_definition_arn
    subnet_ids        = module.network.private_subnet_ids
    security_group_id = module.security.security_group_ids["migrate"]
    log_group         = module.migrate.log_group_name
  }
}

output "database" {
  description = "Cluster, address of the writer, and the secret with the owner's password."
  value = {
    cluster_identifier = module.database.cluster_identifier
    endpoint           = module.database.endpoint
    owner_secret_arn   = module.database.owner_secret_arn
  }
}

output "redis_replication_group_id" {
  description = "Valkey, for failover drills."
  value       = module.redis.replication_group_id
}

output "nat_addresses" {
  description = "Public addresses from which tasks call out."
  value       = module.network.nat_addresses
}

output "topic_arn" {
  description = "Topic of the alarms, for further listeners such as a pager."
  value       = module.observability.topic_arn
}

output "alarm_names" {
  description = "Alarms, each with an entry in docs/operations.md."
  value       = module.observability.alarm_names
}

output "container_environment" {
  description = "Names of the settings of each container, environment and secrets apart."
  value = {
    gateway = module.gateway.container_environment
    watcher = module.watcher.container_environment
    migrate = module.migrate.container_environment
  }
}
