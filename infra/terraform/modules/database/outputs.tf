output "cluster_identifier" {
  description = "Name of the cluster, for alarms and restores."
  value       = aws_rds_cluster.this.cluster_identifier
}

output "endpoint" {
  description = "Address of the writer."
  value       = aws_rds_cluster.this.endpoint
}

output "owner_url" {
  description = "DATABASE_URL of the owner, without its password, for migrations."
  value       = "postgresql://${aws_rds_cluster.this.master_username}@${local.address}"
  depends_on  = [aws_rds_cluster_instance.this]
}

output "owner_secret_arn" {
  description = "Secret that RDS keeps, JSON with username and password of the owner."
  value       = aws_rds_cluster.this.master_user_secret[0].secret_arn
}

output "url_secret_arns" {
  description = "Secrets with DATABASE_URL, by service: gateway, watcher."
  # Of the version: whoever starts with the address must find it written, and somebody behind it.
  value      = { for service, version in aws_secretsmanager_secret_version.url : service => version.arn }
  depends_on = [aws_rds_cluster_instance.this]
}
