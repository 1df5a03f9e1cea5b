################################################################################
# What and where
################################################################################

variable "name" {
  description = "Name of the product; with the environment it begins every other name."
  type        = string
  default     = "heliograph"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 16 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "environment" {
  description = "dev, staging or prod. prod insists on what must not be saved there."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod."
  }
}

variable "network" {
  description = "Addresses (a /16 to /20), zones, and NAT gateways: single, or per_az."
  type = object({
    cidr               = optional(string, "10.40.0.0/16")
    availability_zones = list(string)
    nat                = optional(string, "per_az")
  })

  validation {
    condition     = var.environment != "prod" || var.network.nat == "per_az"
    error_message = "network.nat must be per_az in prod: with one, the loss of its zone cuts off all tasks."
  }

  validation {
    condition     = var.environment != "prod" || length(var.network.availability_zones) >= 3
    error_message = "network.availability_zones must name at least 3 zones in prod."
  }
}

variable "client_cidrs" {
  description = "Addresses that may reach the gateways: everybody, or the ranges of an office or VPN."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0))])
    error_message = "client_cidrs must be ranges such as 0.0.0.0/0 or 203.0.113.0/24."
  }
}

variable "api" {
  description = "Name of the gateways, with either the Route 53 zone of it or a certificate of yours in this region."
  type = object({
    domain          = string
    zone_id         = optional(string)
    certificate_arn = optional(string)
  })

  validation {
    condition     = (var.api.zone_id == null) != (var.api.certificate_arn == null)
    error_message = "api needs either zone_id (certificate and record are made) or certificate_arn (both are yours), not both."
  }
}

variable "web" {
  description = "Name of the application on CloudFront, its certificate in us-east-1, and the zone of its record (null: DNS is elsewhere). Null: served by somebody else, at `origins`."
  type = object({
    domain          = string
    certificate_arn = string
    zone_id         = optional(string)
  })
  default = null
}

variable "origins" {
  description = "Further origins of pages that may connect, for example https://intranet.example.com."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.origins : can(regex("^https://[a-z0-9.:-]+$", origin))])
    error_message = "origins must be such as https://app.example.com, without a path."
  }
}

################################################################################
# What runs
################################################################################

variable "images" {
  description = "Tags or digests (sha256:…) of the images in the repositories made here."
  type = object({
    gateway = string
    watcher = string
    migrate = string
  })

  validation {
    condition     = alltrue([for tag in values(var.images) : can(regex("^(sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9_.-]*)$", tag)) && tag != "latest"])
    error_message = "images must be digests or tags other than latest: a rollback must find what ran before."
  }
}

variable "gateway" {
  description = "Size of a task, how many, sockets that each shall hold, seconds over which one that stops sends them away, and how large the fleet may be during a deployment: the surplus is how many are replaced at a time."
  type = object({
    cpu                  = optional(number, 1024)
    memory               = optional(number, 2048)
    architecture         = optional(string, "ARM64")
    min_tasks            = optional(number, 3)
    max_tasks            = optional(number, 20)
    connections_per_task = optional(number, 7000)
    database_connections = optional(number, 20)
    drain_seconds        = optional(number, 90)
    stop_timeout_seconds = optional(number, 120)
    surge_percent        = optional(number, 150)
    log_level            = optional(string, "info")
  })
  default = {}

  validation {
    condition     = var.gateway.drain_seconds + 10 <= var.gateway.stop_timeout_seconds && var.gateway.stop_timeout_seconds <= 120
    error_message = "gateway.drain_seconds + 10 must not exceed stop_timeout_seconds, and that not the 120 that Fargate gives."
  }

  validation {
    condition     = var.gateway.max_tasks >= var.gateway.min_tasks && var.gateway.min_tasks >= 2
    error_message = "gateway needs max_tasks >= min_tasks >= 2."
  }

  validation {
    condition     = var.environment != "prod" || var.gateway.min_tasks >= length(var.network.availability_zones)
    error_message = "gateway.min_tasks must be at least one for each zone in prod."
  }
}

variable "watcher" {
  description = "Size of a task and how many: one leads, the others wait to."
  type = object({
    cpu          = optional(number, 512)
    memory       = optional(number, 1024)
    architecture = optional(string, "ARM64")
    tasks        = optional(number, 2)
    log_level    = optional(string, "info")
  })
  default = {}

  validation {
    condition     = var.watcher.tasks >= 2
    error_message = "watcher.tasks must be at least 2: with one, its loss delays every change until it is back."
  }
}

variable "sync_enabled" {
  description = "Kill switch: false turns socket and watcher off; REST and the application go on."
  type        = bool
  default     = true
}

variable "token" {
  description = "What tokens must carry, seconds for which one from login is valid, and seconds after that in which it can still be exchanged."
  type = object({
    issuer        = optional(string, "heliograph")
    audience      = optional(string, "heliograph")
    lifetime_s    = optional(number, 43200)
    renew_grace_s = optional(number, 604800)
  })
  default = {}

  validation {
    condition     = var.token.lifetime_s >= 60 && var.token.lifetime_s <= 2592000
    error_message = "token.lifetime_s must be between 60 and 2592000."
  }

  validation {
    condition     = var.token.renew_grace_s >= 0 && var.token.renew_grace_s <= 2592000
    error_message = "token.renew_grace_s must be between 0 and 2592000."
  }
}

################################################################################
# What it stands on
################################################################################

variable "database" {
  description = "Aurora PostgreSQL: version, size and number of instances, days of backup."
  type = object({
    engine_version        = optional(string, "17.5")
    instance_class        = optional(string, "db.r8g.large")
    instances             = optional(number, 2)
    backup_retention_days = optional(number, 14)
  })
  default = {}

  validation {
    condition     = var.environment != "prod" || (var.database.instances >= 2 && var.database.backup_retention_days >= 7)
    error_message = "database needs at least 2 instances and 7 days of backup in prod."
  }
}

variable "redis" {
  description = "Valkey: size of a node, copies beside the primary, and version."
  type = object({
    node_type      = optional(string, "cache.m7g.large")
    replicas       = optional(number, 2)
    engine_version = optional(string, "8.0")
  })
  default = {}

  validation {
    condition     = var.environment != "prod" || var.redis.replicas >= 1
    error_message = "redis.replicas must be at least 1 in prod."
  }
}

variable "secrets" {
  description = "Passwords and keys as generated for this run. They reach Secrets Manager when secrets_version changes and are kept nowhere else."
  type = object({
    gateway_password = string
    watcher_password = string
    token_key        = string
    cursor_key       = string
  })
  sensitive = true
  ephemeral = true

  validation {
    condition     = alltrue([for secret in values(var.secrets) : can(regex("^[A-Za-z0-9]{32,}$", secret))])
    error_message = "secrets must be at least 32 letters and digits each."
  }
}

variable "secrets_version" {
  description = "Raise a number to write new secrets at the next apply: keys signs everybody out, passwords needs a deployment right after."
  type = object({
    keys      = optional(number, 1)
    passwords = optional(number, 1)
  })
  default = {}
}

variable "redis_auth_token" {
  description = "Password of Valkey; give it as TF_VAR_redis_auth_token, never in a file. It is part of the state."
  type        = string
  sensitive   = true

  validation {
    condition     = can(regex("^[A-Za-z0-9]{32,128}$", var.redis_auth_token))
    error_message = "redis_auth_token must be 32 to 128 letters and digits: openssl rand -hex 32."
  }
}

################################################################################
# Care
################################################################################

variable "deletion_protection" {
  description = "on: refuse to delete database and load balancer, and keep what is in buckets, repositories and secrets. off: not so. tear_down: off, and meant so even in prod, before its end."
  type        = string
  default     = "on"

  validation {
    condition     = contains(["on", "off", "tear_down"], var.deletion_protection)
    error_message = "deletion_protection must be on, off or tear_down."
  }

  validation {
    condition     = var.environment != "prod" || var.deletion_protection != "off"
    error_message = "deletion_protection must be on in prod, or tear_down when the environment is to go."
  }
}

variable "care" {
  description = "Who is told of alarms, expected cost of a month (0: no budget), days of logs, and the firewall: off, count or block."
  type = object({
    emails             = optional(list(string), [])
    budget_usd         = optional(number, 0)
    log_retention_days = optional(number, 30)
    firewall           = optional(string, "count")
  })
  default = {}

  validation {
    condition     = contains(["off", "count", "block"], var.care.firewall)
    error_message = "care.firewall must be off, count or block."
  }

  validation {
    condition     = var.environment != "prod" || length(var.care.emails) > 0
    error_message = "care.emails must name somebody in prod: an alarm that nobody hears is none."
  }
}
