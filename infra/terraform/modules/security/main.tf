data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  groups = {
    alb      = "load balancer, the only part that the internet reaches"
    gateway  = "gateway tasks"
    watcher  = "watcher tasks"
    migrate  = "one-off task that migrates the schema"
    database = "PostgreSQL"
    redis    = "Valkey"
  }

  # Every permitted connection between the parts. All others are blocked.
  paths = {
    alb_to_gateway      = { from = "alb", to = "gateway", port = var.ports.gateway }
    gateway_to_database = { from = "gateway", to = "database", port = var.ports.database }
    watcher_to_database = { from = "watcher", to = "database", port = var.ports.database }
    migrate_to_database = { from = "migrate", to = "database", port = var.ports.database }
    gateway_to_redis    = { from = "gateway", to = "redis", port = var.ports.redis }
    watcher_to_redis    = { from = "watcher", to = "redis", port = var.ports.redis }
  }

  # Port 80 only redirects to 443.
  client_ports = { for pair in setproduct(var.client_cidrs, [80, 443]) : "${pair[0]}_${pair[1]}" => { cidr = pair[0], port = pair[1] } }
}

################################################################################
# One key for everything at rest
################################################################################

resource "aws_kms_key" "this" {
  description             = "${var.name}: database, Redis, secrets, logs, images, notifications"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "RightsAreGivenByIamPolicies"
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
      },
      {
        Sid       = "LogGroups"
        Effect    = "Allow"
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = [
              for prefix in ["/${var.name}", "/aws/rds/cluster/${var.name}"] : "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${prefix}/*"
            ]
          }
        }
      },
      {
        Sid       = "AlarmsAndBudgetsThatNotify"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })

  tags = { Name = var.name }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

################################################################################
# Permitted connections
################################################################################

resource "aws_security_group" "this" {
  for_each = local.groups

  # A prefix and not a fixed name, because the replacement is created before this one is deleted.
  name_prefix = "${var.name}-${each.key}-"
  description = each.value
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-${each.key}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = local.client_ports

  security_group_id = aws_security_group.this["alb"].id
  description       = "clients"
  cidr_ipv4         = each.value.cidr
  from_port         = each.value.port
  to_port           = each.value.port
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "inside" {
  for_each = local.paths

  security_group_id            = aws_security_group.this[each.value.to].id
  description                  = each.key
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  from_port                    = each.value.port
  to_port                      = each.value.port
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "inside" {
  for_each = local.paths

  security_group_id            = aws_security_group.this[each.value.from].id
  description                  = each.key
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  from_port                    = each.value.port
  to_port                      = each.value.port
  ip_protocol                  = "tcp"
}

# Images, secrets and logs are reached through HTTPS endpoints of AWS.
resource "aws_vpc_security_group_egress_rule" "https" {
  for_each = toset(["gateway", "watcher", "migrate"])

  security_group_id = aws_security_group.this[each.key].id
  description       = "HTTPS endpoints of AWS"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}

################################################################################
# Keys of tokens and cursors
################################################################################

# `accepted` is the second key while keys are rotated, and equal to `current` otherwise, because tasks need a value.
resource "aws_secretsmanager_secret" "token_keys" {
  name                    = "${var.name}/token-keys"
  description             = "keys that sign and verify tokens, as current and accepted"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = var.secret_recovery_days
}

resource "aws_secretsmanager_secret_version" "token_keys" {
  secret_id                = aws_secretsmanager_secret.token_keys.id
  secret_string_wo         = jsonencode({ current = var.keys.token, accepted = var.keys.token })
  secret_string_wo_version = var.keys_version
}

resource "aws_secretsmanager_secret" "cursor_key" {
  name                    = "${var.name}/cursor-key"
  description             = "key that seals cursors"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = var.secret_recovery_days
}

resource "aws_secretsmanager_secret_version" "cursor_key" {
  secret_id                = aws_secretsmanager_secret.cursor_key.id
  secret_string_wo         = var.keys.cursor
  secret_string_wo_version = var.keys_version
}
