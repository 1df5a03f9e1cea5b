output "replication_group_id" {
  description = "Id of the replication group, for failover drills."
  value       = aws_elasticache_replication_group.this.replication_group_id
}

output "primary_endpoint" {
  description = "DNS name of the primary. It stays the same after a failover."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "node_ids" {
  description = "Ids of the nodes, for alarms."
  # Computed, because the group's own list is unknown until it is created.
  value = [for index in range(var.replicas + 1) : format("%s-%03d", var.name, index + 1)]
}

output "url_secret_arn" {
  description = "Secret with REDIS_URL."
  # The ARN of the version, so that a dependent task starts only after the secret is written.
  value = aws_secretsmanager_secret_version.url.arn
}
