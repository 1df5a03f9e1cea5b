################################################################################
# Product and location
################################################################################

variable "name" {
  description = "Name of the product. Together with the environment it is the prefix of all other names."
  type        = string
  default     = "heliograph"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 16 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "environment" {
  description = "dev, staging or prod. In prod, validations require redundancy, backups and alarms."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod."
  }
}

variable "network" {
  description = "IPv4 range (/16 to /20), availability zones, and NAT gateways: single or per_az."
  type = object({
    cidr               = optional(string, "10.40.0.0/16")
    availability_zones = list(string)
    nat                = optional(string, "per_az")
  })

  validation {
    condition     = var.environment != "prod" || var.network.nat == "per_az"
    error_message = "network.nat must be per_az in prod: with a single NAT gateway, losing its zone cuts off all tasks."
  }

  validation {
    condition     = var.environment != "prod" || length(var.network.availability_zones) >= 3
    error_message = "network.availability_zones must name at least 3 zones in prod."
  }
}

variable "client_cidrs" {
  description = "IPv4 ranges that may reach the gateways: all, or those of an office or VPN."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0))])
    error_message = "client_cidrs must be IPv4 ranges such as 0.0.0.0/0 or 203.0.113.0/24."
  }
}

variable "api" {
  description = "Domain of the gateways, with either its Route 53 zone or your own certificate in this region."
  type = object({
    domain          = string
    zone_id         = optional(string)
    certificate_arn = optional(string)
  })

  validation {
    condition     = (var.api.zone_id == null) != (var.api.certificate_arn == null)
    error_message = "api needs either zone_id (certificate and record are created) or certificate_arn (you provide both), not both."
  }
}

variable "web" {
  description = "Domain of the application on CloudFront, its certificate in us-east-1, and the Route 53 zone of its record (null: DNS is elsewhere). Null: the application is served elsewhere, at `origins`."
  type = object({
    domain          = string
    certificate_arn = string
    zone_id         = optional(string)
  })
  default = null
}

variable "origins" {
  description = "Additional origins whose pages may connect, for example https://intranet.example.com."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.origins : can(regex("^https://[a-z0-9.:-]+$", origin))])
    error_message = "origins must have a form such as https://app.example.com, without a path."
  }
}

################################################################################
# Tasks and services
################################################################################

variable "images" {
  description = "Tags or digests (sha256:…) of the images in the stack's repositories."
  type = object({
    gateway = string
    watcher = string
    migrate = string
  })

  validation {
    condition     = alltrue([for tag in values(var.images) : can(regex("^(sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9_.-]*)$", tag)) && tag != "latest"])
    error_message = "images must be digests or tags other than latest: a rollback needs the previous image."
  }
}

variable "gateway" {
  description = "Size and number of the tasks, target of sockets per task, drain time of a stopping task, and size of the fleet during a deployment: the surplus over 100 percent is how many tasks are replaced at a time."
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
    error_message = "gateway.drain_seconds + 10 must not exceed stop_timeout_seconds, which must not exceed 120, the maximum of Fargate."
  }

  validation {
    condition     = var.gateway.max_tasks >= var.gateway.min_tasks && var.gateway.min_tasks >= 2
    error_message = "gateway needs max_tasks >= min_tasks >= 2."
  }

  validation {
    condition     = var.environment != "prod" || var.gateway.min_tasks >= length(var.network.availability_zones)
    error_message = "gateway.min_tasks must be at least the number of zones in prod."
  }
}

variable "watcher" {
  description = "Size and number of the tasks. One of them leads; the others stand by."
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
    error_message = "watcher.tasks must be at least 2: with a single watcher, losing it delays every change until it is replaced."
  }
}

variable "sync_enabled" {
  description = "Kill switch: false turns the socket and the watchers off. REST and the application keep working."
  type        = bool
  default     = true
}

variable "token" {
  description = "Required issuer and audience of tokens, lifetime of a token from login in seconds, and seconds after its expiry in which it can still be renewed."
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
# Stores and secrets
################################################################################

variable "database" {
  description = "Aurora PostgreSQL: version, class and number of instances, days of backup."
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
  description = "Valkey: node type, number of replicas, and version."
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
  description = "Passwords and keys, generated in every run. They are written to Secrets Manager when secrets_version changes, and stored nowhere else."
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
  description = "Increase a number to write new secrets at the next apply. keys signs all users out; passwords requires a deployment right afterwards."
  type = object({
    keys      = optional(number, 1)
    passwords = optional(number, 1)
  })
  default = {}
}

variable "redis_auth_token" {
  description = "Password of Valkey. Pass it as TF_VAR_redis_auth_token, never in a file. The state contains it."
  type        = string
  sensitive   = true

  validation {
    condition     = can(regex("^[A-Za-z0-9]{32,128}$", var.redis_auth_token))
    error_message = "redis_auth_token must be 32 to 128 letters and digits: openssl rand -hex 32."
  }
}

################################################################################
# Operations
################################################################################

variable "deletion_protection" {
  description = "on: protect the database, the load balancer, and the contents of buckets, repositories and secrets against deletion. off: no protection. tear_down: off, also permitted in prod, right before it is destroyed."
  type        = string
  default     = "on"

  validation {
    condition     = contains(["on", "off", "tear_down"], var.deletion_protection)
    error_message = "deletion_protection must be on, off or tear_down."
  }

  validation {
    condition     = var.environment != "prod" || var.deletion_protection != "off"
    error_message = "deletion_protection must be on in prod, or tear_down before it is destroyed."
  }
}

variable "operations" {
  description = "Email addresses for alarms, expected cost of a month in US dollars (0: no budget), retention of logs in days, and the firewall: off, count or block."
  type = object({
    emails             = optional(list(string), [])
    budget_usd         = optional(number, 0)
    log_retention_days = optional(number, 30)
    firewall           = optional(string, "count")
  })
  default = {}

  validation {
    condition     = contains(["off", "count", "block"], var.operations.firewall)
    error_message = "operations.firewall must be off, count or block."
  }

  validation {
    condition     = var.environment != "prod" || length(var.operations.emails) > 0
    error_message = "operations.emails must not be empty in prod: an alarm without a recipient has no effect."
  }
}
