data "aws_region" "current" {}

################################################################################
# Network, security groups and keys
################################################################################

module "network" {
  source = "./modules/network"

  name                    = local.name
  cidr                    = var.network.cidr
  availability_zones      = var.network.availability_zones
  nat                     = var.network.nat
  flow_log_retention_days = 30
  kms_key_arn             = module.security.kms_key_arn
}

module "security" {
  source = "./modules/security"

  name                 = local.name
  vpc_id               = module.network.vpc_id
  ports                = { gateway = local.ports.gateway, database = local.ports.database, redis = local.ports.redis }
  client_cidrs         = var.client_cidrs
  keys                 = { token = var.secrets.token_key, cursor = var.secrets.cursor_key }
  keys_version         = var.secrets_version.keys
  secret_recovery_days = local.secret_recovery_days
}

################################################################################
# Stores: the database, and Redis for fast notification
################################################################################

module "database" {
  source = "./modules/database"

  name                  = local.name
  subnet_ids            = module.network.data_subnet_ids
  security_group_id     = module.security.security_group_ids["database"]
  kms_key_arn           = module.security.kms_key_arn
  engine_version        = var.database.engine_version
  port                  = local.ports.database
  instance_class        = var.database.instance_class
  instances             = var.database.instances
  backup_retention_days = var.database.backup_retention_days
  deletion_protection   = local.protected
  log_retention_days    = var.operations.log_retention_days
  passwords             = { gateway = var.secrets.gateway_password, watcher = var.secrets.watcher_password }
  passwords_version     = var.secrets_version.passwords
  secret_recovery_days  = local.secret_recovery_days
}

module "redis" {
  source = "./modules/redis"

  name                 = local.name
  subnet_ids           = module.network.data_subnet_ids
  security_group_id    = module.security.security_group_ids["redis"]
  kms_key_arn          = module.security.kms_key_arn
  engine_version       = var.redis.engine_version
  port                 = local.ports.redis
  node_type            = var.redis.node_type
  replicas             = var.redis.replicas
  auth_token           = var.redis_auth_token
  secret_recovery_days = local.secret_recovery_days
}

################################################################################
# Tasks and services, in the order of a deployment: migrate (started by deploy.sh), watcher, gateway
################################################################################

module "ecs_cluster" {
  source = "./modules/ecs_cluster"

  name         = local.name
  kms_key_arn  = module.security.kms_key_arn
  force_delete = !local.protected
}

module "migrate" {
  source = "./modules/ecs_service"

  name            = local.name
  part            = "migrate"
  cluster_name    = module.ecs_cluster.cluster_name
  image           = local.image["migrate"]
  size            = { cpu = 512, memory = 1024, architecture = var.watcher.architecture }
  command         = ["migrate", "--logins", "--suite"]
  environment     = local.migrate_environment
  secrets         = local.migrate_secrets
  secrets_version = "passwords ${var.secrets_version.passwords}"
  kms_key_arn     = module.security.kms_key_arn
  log             = local.log
}

module "watcher" {
  source = "./modules/ecs_service"

  name            = local.name
  part            = "watcher"
  cluster_name    = module.ecs_cluster.cluster_name
  image           = local.image["watcher"]
  size            = { cpu = var.watcher.cpu, memory = var.watcher.memory, architecture = var.watcher.architecture }
  environment     = local.watcher_environment
  secrets         = local.watcher_secrets
  secrets_version = "passwords ${var.secrets_version.passwords}"
  kms_key_arn     = module.security.kms_key_arn
  log             = local.log
  health          = { port = local.ports.watcher }

  service = {
    subnet_ids        = module.network.private_subnet_ids
    security_group_id = module.security.security_group_ids["watcher"]
    tasks             = var.watcher.tasks
  }
}

module "alb" {
  source = "./modules/alb"

  name                  = local.name
  vpc_id                = module.network.vpc_id
  subnet_ids            = module.network.public_subnet_ids
  security_group_id     = module.security.security_group_ids["alb"]
  domain                = var.api.domain
  zone_id               = var.api.zone_id
  certificate_arn       = var.api.certificate_arn
  target_port           = local.ports.gateway
  idle_timeout_seconds  = local.idle_timeout_seconds
  ping_interval_seconds = local.ping_interval_seconds
  deletion_protection   = local.protected
}

module "gateway" {
  source = "./modules/ecs_service"

  name            = local.name
  part            = "gateway"
  cluster_name    = module.ecs_cluster.cluster_name
  image           = local.image["gateway"]
  size            = { cpu = var.gateway.cpu, memory = var.gateway.memory, architecture = var.gateway.architecture }
  environment     = local.gateway_environment
  secrets         = local.gateway_secrets
  secrets_version = "keys ${var.secrets_version.keys}, passwords ${var.secrets_version.passwords}"
  kms_key_arn     = module.security.kms_key_arn
  log             = local.log
  stop            = { timeout_seconds = var.gateway.stop_timeout_seconds, drain_seconds = var.gateway.drain_seconds }
  health          = { port = local.ports.gateway }

  service = {
    subnet_ids        = module.network.private_subnet_ids
    security_group_id = module.security.security_group_ids["gateway"]
    tasks             = var.gateway.min_tasks
    max_percent       = var.gateway.surge_percent
    target_group_arn  = module.alb.target_group_arn
  }

  autoscaling = {
    min_tasks            = var.gateway.min_tasks
    max_tasks            = var.gateway.max_tasks
    connections_per_task = var.gateway.connections_per_task
    metrics_namespace    = local.metrics_namespace
  }

  # Watchers first, because a gateway may depend on its version of the watcher. Targets can register only once a listener exists.
  depends_on = [module.watcher, module.alb]
}

################################################################################
# Edge: the application's files and the firewall
################################################################################

module "edge" {
  source = "./modules/edge"

  name          = local.name
  alb_arn       = module.alb.arn
  api_domain    = var.api.domain
  web           = var.web
  waf           = var.operations.firewall == "off" ? null : { mode = var.operations.firewall }
  force_destroy = !local.protected
}

################################################################################
# Operations
################################################################################

module "observability" {
  source = "./modules/observability"

  name              = local.name
  emails            = var.operations.emails
  budget_usd        = var.operations.budget_usd
  kms_key_arn       = module.security.kms_key_arn
  metrics_namespace = local.metrics_namespace
  load_balancer     = { arn_suffix = module.alb.arn_suffix, target_group_arn_suffix = module.alb.target_group_arn_suffix }
  services          = { cluster = module.ecs_cluster.cluster_name, gateway = module.gateway.service_name, watcher = module.watcher.service_name }
  stores            = { database_cluster = module.database.cluster_identifier, redis_nodes = module.redis.node_ids }

  limits = {
    min_gateways         = var.gateway.min_tasks
    watchers             = var.watcher.tasks
    connections_per_task = var.gateway.connections_per_task
    database_connections = local.database_connections_limit
  }
}
