output "kms_key_arn" {
  description = "Key that encrypts everything at rest."
  value       = aws_kms_key.this.arn
}

output "security_group_ids" {
  description = "Groups by part: alb, gateway, watcher, migrate, database, redis."
  # With their rules: a task that starts before them reaches nothing and is given up.
  value      = { for part, group in aws_security_group.this : part => group.id }
  depends_on = [aws_vpc_security_group_ingress_rule.inside, aws_vpc_security_group_egress_rule.inside, aws_vpc_security_group_egress_rule.https]
}

output "token_keys_secret_arn" {
  description = "Secret with the keys of tokens, JSON with current and accepted."
  # Of the version: whoever starts with it must find it written.
  value = aws_secretsmanager_secret_version.token_keys.arn
}

output "cursor_key_secret_arn" {
  description = "Secret with the key of cursors."
  value       = aws_secretsmanager_secret_version.cursor_key.arn
}
