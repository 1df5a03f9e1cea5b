locals {
  name  = "${var.name}-${var.environment}"
  ports = { gateway = 4000, watcher = 4100, database = 5432, redis = 6379 }
  # CloudWatch: where the services write their metrics, and where alarms and autoscaling look.
  metrics_namespace = "Heliograph/${local.name}"

  ping_interval_seconds = 25
  idle_timeout_seconds  = 300
  protected             = var.deletion_protection == "on"
  secret_recovery_days  = local.protected ? 7 : 0
  # Looked up here and not in the service's module: that one waits for others, and what it looks up while they change is not
  # known before they did, so the plan would hold a new gateway for every change of a watcher or the load balancer.
  log = { region = data.aws_region.current.name, retention_days = var.care.log_retention_days }

  # The most that a full fleet takes while it is being replaced: each gateway its pool and 6 for its feed, each watcher 4.
  connections_wanted = ceil(var.gateway.max_tasks * var.gateway.surge_percent / 100) * (var.gateway.database_connections + 6) + 2 * var.watcher.tasks * 4 + 10
  # What Aurora allows by default: 5000 at most, else the memory of the instance by 9531392 bytes. No figure for other classes.
  instance_gib         = { medium = 4, large = startswith(var.database.instance_class, "db.r") ? 16 : 8, xlarge = 32, "2xlarge" = 64, "4xlarge" = 128 }
  connections_possible = min(5000, floor(lookup(local.instance_gib, try(split(".", var.database.instance_class)[2], ""), 64) * 1073741824 / 9531392))
  # Above either, somebody holds connections that nobody planned, or there will be none left.
  database_connections_limit = min(local.connections_wanted, floor(0.8 * local.connections_possible))

  origins = concat(var.web == null ? [] : ["https://${var.web.domain}"], var.origins)

  # A digest is put behind @, a tag behind :.
  image = { for part, tag in var.images : part => {
    uri            = join(startswith(tag, "sha256:") ? "@" : ":", [module.ecs_cluster.repository_urls[part], tag])
    repository_arn = module.ecs_cluster.repository_arns[part]
  } }

  common_environment = {
    SYNC_ENABLED = tostring(var.sync_enabled)
    REDIS_PREFIX = local.name
    METRICS_EMF  = local.metrics_namespace
    # Certificate authorities of RDS, which no other program trusts; part of the images.
    NODE_EXTRA_CA_CERTS = "/app/certificates/extra.pem"
  }

  gateway_environment = merge(local.common_environment, {
    PORT                = tostring(local.ports.gateway)
    DATABASE_POOL_SIZE  = tostring(var.gateway.database_connections)
    LOG_LEVEL           = var.gateway.log_level
    JWT_ISSUER          = var.token.issuer
    JWT_AUDIENCE        = var.token.audience
    TOKEN_LIFETIME_S    = tostring(var.token.lifetime_s)
    TOKEN_RENEW_GRACE_S = tostring(var.token.renew_grace_s)
    # A token in an address ends in access logs.
    TOKEN_IN_QUERY   = "false"
    ALLOWED_ORIGINS  = join(",", local.origins)
    TRUSTED_PROXIES  = join(",", module.network.public_subnet_cidrs)
    PING_INTERVAL_MS = tostring(1000 * local.ping_interval_seconds)
    # Longer than the load balancer, or it would reuse a connection in the moment in which it closes.
    KEEP_ALIVE_MS = tostring(1000 * (local.idle_timeout_seconds + 10))
    DRAIN_MS      = tostring(1000 * var.gateway.drain_seconds)
  })

  watcher_environment = merge(local.common_environment, {
    PORT      = tostring(local.ports.watcher)
    LOG_LEVEL = var.watcher.log_level
  })

  gateway_secrets = {
    DATABASE_URL        = module.database.url_secret_arns["gateway"]
    REDIS_URL           = module.redis.url_secret_arn
    JWT_SECRET          = "${module.security.token_keys_secret_arn}:current::"
    JWT_SECRET_ACCEPTED = "${module.security.token_keys_secret_arn}:accepted::"
    CURSOR_SECRET       = module.security.cursor_key_secret_arn
  }

  watcher_secrets = {
    DATABASE_URL = module.database.url_secret_arns["watcher"]
    REDIS_URL    = module.redis.url_secret_arn
  }

  # The owner's address carries no password: libpq and its likes take that from PGPASSWORD.
  migrate_environment = {
    DATABASE_URL        = module.database.owner_url
    NODE_EXTRA_CA_CERTS = local.common_environment.NODE_EXTRA_CA_CERTS
  }

  migrate_secrets = {
    PGPASSWORD           = "${module.database.owner_secret_arn}:password::"
    GATEWAY_DATABASE_URL = module.database.url_secret_arns["gateway"]
    WATCHER_DATABASE_URL = module.database.url_secret_arns["watcher"]
  }
}
