################################################################################
# One shard: every hint goes to every gateway, so a second shard would only carry the same messages again
################################################################################

resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-valkey${split(".", var.engine_version)[0]}"
  family      = "valkey${split(".", var.engine_version)[0]}"
  description = "Heliograph"

  # Jobs must not be evicted, and there is nothing else to evict.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }

  # Valkey disconnects a gateway that does not read before its buffer exhausts the node's memory. The gateway then reads the log.
  parameter {
    name  = "client-output-buffer-limit-pubsub-hard-limit"
    value = "67108864"
  }

  parameter {
    name  = "client-output-buffer-limit-pubsub-soft-limit"
    value = "16777216"
  }

  parameter {
    name  = "client-output-buffer-limit-pubsub-soft-seconds"
    value = "30"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "hints, heartbeats, pokes and jobs of ${var.name}"
  engine               = "valkey"
  engine_version       = var.engine_version
  node_type            = var.node_type
  port                 = var.port
  parameter_group_name = aws_elasticache_parameter_group.this.name

  num_cache_clusters         = var.replicas + 1
  automatic_failover_enabled = var.replicas > 0
  multi_az_enabled           = var.replicas > 0

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = [var.security_group_id]

  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auth_token                 = var.auth_token
  # The old password stays valid until the next rotation, so that the services can switch one after the other.
  auth_token_update_strategy = "ROTATE"
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn

  snapshot_retention_limit = var.snapshot_retention_days
  maintenance_window       = "sun:04:30-sun:05:30"
  # The version is the configured one. After an automatic upgrade the next plan would replace the group.
  auto_minor_version_upgrade = false
  apply_immediately          = true
}

################################################################################
# Connection of the services
################################################################################

resource "aws_secretsmanager_secret" "url" {
  name                    = "${var.name}/redis-url"
  description             = "REDIS_URL of gateway and watcher"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

resource "aws_secretsmanager_secret_version" "url" {
  secret_id     = aws_secretsmanager_secret.url.id
  secret_string = "rediss://:${var.auth_token}@${aws_elasticache_replication_group.this.primary_endpoint_address}:${var.port}"
}
