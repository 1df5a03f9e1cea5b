locals {
  major = split(".", var.engine_version)[0]
  # verify-full also checks the host name. The images contain the certificate authorities of RDS (NODE_EXTRA_CA_CERTS).
  address = "${aws_rds_cluster.this.endpoint}:${var.port}/${aws_rds_cluster.this.database_name}?sslmode=verify-full"
}

################################################################################
# Cluster
################################################################################

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_rds_cluster_parameter_group" "this" {
  name_prefix = "${var.name}-"
  family      = "aurora-postgresql${local.major}"
  description = "Heliograph"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # The kernel detects a dead peer after two hours. Until then the session of a lost host would hold its locks.
  parameter {
    name  = "tcp_keepalives_idle"
    value = "30"
  }

  parameter {
    name  = "tcp_keepalives_interval"
    value = "10"
  }

  parameter {
    name  = "tcp_keepalives_count"
    value = "3"
  }

  # An idle open transaction keeps dead log rows in the indexes. The services set shorter limits for themselves.
  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = "60000"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Created before RDS creates it, which would keep statements and their values forever and without our key.
resource "aws_cloudwatch_log_group" "postgresql" {
  name              = "/aws/rds/cluster/${var.name}/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_rds_cluster" "this" {
  cluster_identifier = var.name
  engine             = "aurora-postgresql"
  engine_version     = var.engine_version
  database_name      = "heliograph"
  port               = var.port

  # Owns the schema and is used only by migrate. RDS creates its password, stores it in Secrets Manager and rotates it.
  master_username               = "heliograph_owner"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn

  db_subnet_group_name            = aws_db_subnet_group.this.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  vpc_security_group_ids          = [var.security_group_id]

  storage_encrypted = true
  kms_key_id        = var.kms_key_arn

  backup_retention_period         = var.backup_retention_days
  preferred_backup_window         = "02:00-03:00"
  preferred_maintenance_window    = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot           = true
  deletion_protection             = var.deletion_protection
  skip_final_snapshot             = !var.deletion_protection
  final_snapshot_identifier       = var.deletion_protection ? "${var.name}-final" : null
  enabled_cloudwatch_logs_exports = ["postgresql"]
  allow_major_version_upgrade     = false
  apply_immediately               = false

  depends_on = [aws_cloudwatch_log_group.postgresql]
}

resource "aws_rds_cluster_instance" "this" {
  count = var.instances

  identifier         = "${var.name}-${count.index}"
  cluster_identifier = aws_rds_cluster.this.id
  engine             = aws_rds_cluster.this.engine
  engine_version     = aws_rds_cluster.this.engine_version
  instance_class     = var.instance_class
  promotion_tier     = count.index

  publicly_accessible = false
  # The version is the configured one. After an automatic upgrade the next plan would be a downgrade, which RDS refuses.
  auto_minor_version_upgrade      = false
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
}

################################################################################
# Connection of the services: always to the writer, because a replica may lag behind a signal that was just sent
################################################################################

resource "aws_secretsmanager_secret" "url" {
  for_each = toset(["gateway", "watcher"])

  name                    = "${var.name}/database-url-${each.key}"
  description             = "DATABASE_URL of the ${each.key}"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

resource "aws_secretsmanager_secret_version" "url" {
  for_each = aws_secretsmanager_secret.url

  secret_id                = each.value.id
  secret_string_wo         = "postgresql://heliograph_${each.key}:${var.passwords[each.key]}@${local.address}"
  secret_string_wo_version = var.passwords_version
}
