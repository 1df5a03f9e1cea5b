output "cluster_identifier" {
  description = "Identifier of the cluster, for alarms and restores."
  value       = aws_rds_cluster.this.cluster_identifier
}

output "endpoint" {
  description = "DNS name of the writer."
  value       = aws_rds_cluster.this.endpoint
}

output "owner_url" {
  description = "DATABASE_URL of the owner for migrations, without its password."
  value       = "postgresql://${aws_rds_cluster.this.master_username}@${local.address}"
  depends_on  = [aws_rds_cluster_instance.this]
}

output "owner_secret_arn" {
  description = "Secret managed by RDS, a JSON object with username and password of the owner."
  value       = aws_rds_cluster.this.master_user_secret[0].secret_arn
}

output "url_secret_arns" {
  description = "Secrets with DATABASE_URL, by service: gateway, watcher."
  # The ARN of the version, so that a dependent task starts only after the secret is written and the database is running.
  value      = { for service, version in aws_secretsmanager_secret_version.url : service => version.arn }
  depends_on = [aws_rds_cluster_instance.this]
}
