output "kms_key_arn" {
  description = "Key that encrypts everything at rest."
  value       = aws_kms_key.this.arn
}

output "security_group_ids" {
  description = "Groups by part: alb, gateway, watcher, migrate, database, redis."
  value       = { for part, group in aws_security_group.this : part => group.id }
}

output "token_keys_secret_arn" {
  description = "Secret with the keys of tokens, JSON with current and accepted."
  value       = aws_secretsmanager_secret.token_keys.arn
}

output "cursor_key_secret_arn" {
  description = "Secret with the key of cursors."
  value       = aws_secretsmanager_secret.cursor_key.arn
}
