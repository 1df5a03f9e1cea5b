locals {
  major = split(".", var.engine_version)[0]
  # The certificate authorities of RDS are in the images (NODE_EXTRA_CA_CERTS); the name is checked as well.
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

  # A session that died with its host must not hold its locks for the two hours of the kernel.
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

  # An open transaction that does nothing keeps old rows of the log in its index. Services set less for themselves.
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

# Made here before RDS makes it: that one would keep statements and their values for ever, and not under our key.
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

  # Owns the schema; RDS makes its password, keeps it in Secrets Manager and changes it. Nobody but migrate uses it.
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
  # The version is the one that is written down: after an upgrade by RDS the next plan would be a downgrade, which it refuses.
  auto_minor_version_upgrade      = false
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
}

################################################################################
# How the services reach it: always the writer, since a copy may be behind what was just told
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
