output "kms_key_arn" {
  description = "Key that encrypts all data at rest."
  value       = aws_kms_key.this.arn
}

output "security_group_ids" {
  description = "Security groups by part: alb, gateway, watcher, migrate, database, redis."
  # After their rules: a task that starts before them reaches nothing and fails.
  value      = { for part, group in aws_security_group.this : part => group.id }
  depends_on = [aws_vpc_security_group_ingress_rule.inside, aws_vpc_security_group_egress_rule.inside, aws_vpc_security_group_egress_rule.https]
}

output "token_keys_secret_arn" {
  description = "Secret with the token keys, a JSON object with current and accepted."
  # The ARN of the version, so that a dependent task starts only after the secret is written.
  value = aws_secretsmanager_secret_version.token_keys.arn
}

output "cursor_key_secret_arn" {
  description = "Secret with the key that seals cursors."
  value       = aws_secretsmanager_secret_version.cursor_key.arn
}
