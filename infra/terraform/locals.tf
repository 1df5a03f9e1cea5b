locals {
  name  = "${var.name}-${var.environment}"
  ports = { gateway = 4000, watcher = 4100, database = 5432, redis = 6379 }
  # CloudWatch namespace to which the services write, and which alarms and autoscaling read.
  metrics_namespace = "Heliograph/${local.name}"

  ping_interval_seconds = 25
  idle_timeout_seconds  = 300
  protected             = var.deletion_protection == "on"
  secret_recovery_days  = local.protected ? 7 : 0
  # Looked up here and not in the service module. The gateway's module depends on others, so its look-ups are unknown while
  # those change, and every change of a watcher or the load balancer would plan a new gateway.
  log = { region = data.aws_region.current.name, retention_days = var.operations.log_retention_days }

  # Connections of a full fleet during a deployment: a pool and 6 for the feed per gateway, 4 per watcher, 10 for operators.
  connections_needed = ceil(var.gateway.max_tasks * var.gateway.surge_percent / 100) * (var.gateway.database_connections + 6) + 2 * var.watcher.tasks * 4 + 10
  # Aurora's default max_connections: the instance's memory divided by 9531392 bytes, at most 5000. Unknown for other classes.
  instance_gib          = { medium = 4, large = startswith(var.database.instance_class, "db.r") ? 16 : 8, xlarge = 32, "2xlarge" = 64, "4xlarge" = 128 }
  connections_available = min(5000, floor(lookup(local.instance_gib, try(split(".", var.database.instance_class)[2], ""), 64) * 1073741824 / 9531392))
  # Above the first there are connections that were not planned; above the second they soon run out.
  database_connections_limit = min(local.connections_needed, floor(0.8 * local.connections_available))

  origins = concat(var.web == null ? [] : ["https://${var.web.domain}"], var.origins)

  # A digest follows @, a tag follows a colon.
  image = { for part, tag in var.images : part => {
    uri            = join(startswith(tag, "sha256:") ? "@" : ":", [module.ecs_cluster.repository_urls[part], tag])
    repository_arn = module.ecs_cluster.repository_arns[part]
  } }

  # Where the suite is installed, and the beginning of the role names.
  database_names = {
    HELIOGRAPH_SCHEMA      = "app"
    HELIOGRAPH_ROLE_PREFIX = "heliograph"
  }

  common_environment = merge(local.database_names, {
    SYNC_ENABLED = tostring(var.sync_enabled)
    REDIS_PREFIX = local.name
    METRICS_EMF  = local.metrics_namespace
    # The certificate authorities of RDS, which Node does not trust by default. The file is part of the images.
    NODE_EXTRA_CA_CERTS = "/app/certificates/extra.pem"
  })

  gateway_environment = merge(local.common_environment, {
    PORT                = tostring(local.ports.gateway)
    DATABASE_POOL_SIZE  = tostring(var.gateway.database_connections)
    LOG_LEVEL           = var.gateway.log_level
    JWT_ISSUER          = var.token.issuer
    JWT_AUDIENCE        = var.token.audience
    TOKEN_LIFETIME_S    = tostring(var.token.lifetime_s)
    TOKEN_RENEW_GRACE_S = tostring(var.token.renew_grace_s)
    # A token in a URL would be written to access logs.
    TOKEN_IN_QUERY   = "false"
    ALLOWED_ORIGINS  = join(",", local.origins)
    TRUSTED_PROXIES  = join(",", module.network.public_subnet_cidrs)
    PING_INTERVAL_MS = tostring(1000 * local.ping_interval_seconds)
    # Longer than the load balancer's idle timeout, which could otherwise reuse a connection while the gateway closes it.
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

  # The owner's URL contains no password; PostgreSQL clients read it from PGPASSWORD.
  migrate_environment = merge(local.database_names, {
    DATABASE_URL        = module.database.owner_url
    NODE_EXTRA_CA_CERTS = local.common_environment.NODE_EXTRA_CA_CERTS
  })

  migrate_secrets = {
    PGPASSWORD           = "${module.database.owner_secret_arn}:password::"
    GATEWAY_DATABASE_URL = module.database.url_secret_arns["gateway"]
    WATCHER_DATABASE_URL = module.database.url_secret_arns["watcher"]
  }
}
