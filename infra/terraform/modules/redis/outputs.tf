output "replication_group_id" {
  description = "Name of the group, for failover drills."
  value       = aws_elasticache_replication_group.this.replication_group_id
}

output "primary_endpoint" {
  description = "Address of the primary; the name stays when another node takes over."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "node_ids" {
  description = "Names of the nodes, for alarms."
  # Known before they are made, unlike the group's own list.
  value = [for index in range(var.replicas + 1) : format("%s-%03d", var.name, index + 1)]
}

output "url_secret_arn" {
  description = "Secret with REDIS_URL."
  # Of the version: whoever starts with it must find it written.
  value = aws_secretsmanager_secret_version.url.arn
}
