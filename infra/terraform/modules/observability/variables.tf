variable "name" {
  description = "Prefix of all names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "emails" {
  description = "Email addresses that receive alarms and budget notifications. Each has to confirm once."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))])
    error_message = "emails must be email addresses."
  }
}

variable "budget_usd" {
  description = "Expected cost of a month, US dollars. A notification is sent at 80 percent and when the forecast exceeds it. 0: no budget."
  type        = number
  default     = 0

  validation {
    condition     = var.budget_usd >= 0
    error_message = "budget_usd must not be negative."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the notifications."
  type        = string

  validation {
    condition     = startswith(var.kms_key_arn, "arn:")
    error_message = "kms_key_arn must be an ARN."
  }
}

variable "metrics_namespace" {
  description = "CloudWatch namespace to which gateways and watchers write (METRICS_EMF)."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9/_-]{1,255}$", var.metrics_namespace)) && !startswith(var.metrics_namespace, "AWS/")
    error_message = "metrics_namespace must be letters, digits, / _ - and not begin with AWS/."
  }
}

variable "load_balancer" {
  description = "Load balancer and target group, as named in CloudWatch metrics."
  type = object({
    arn_suffix              = string
    target_group_arn_suffix = string
  })
}

variable "services" {
  description = "Names of the cluster and of the services of gateway and watcher."
  type = object({
    cluster = string
    gateway = string
    watcher = string
  })
}

variable "stores" {
  description = "Identifiers of the database cluster and of the Redis nodes."
  type = object({
    database_cluster = string
    redis_nodes      = list(string)
  })

  validation {
    condition     = length(var.stores.redis_nodes) > 0
    error_message = "stores.redis_nodes must name at least one node."
  }
}

variable "limits" {
  description = "Thresholds of the alarms: number of gateways and watchers, sockets per task, seconds from change to hint, connections and free bytes of the database."
  type = object({
    min_gateways          = number
    connections_per_task  = number
    lag_seconds           = optional(number, 1)
    watchers              = number
    database_connections  = number
    database_free_bytes   = optional(number, 1073741824)
    partition_days        = optional(number, 3)
    server_errors_minutes = optional(number, 3)
  })

  validation {
    condition     = var.limits.min_gateways >= 1 && var.limits.connections_per_task >= 100 && var.limits.lag_seconds > 0 && var.limits.partition_days >= 1 && var.limits.watchers >= 1 && var.limits.database_connections >= 10
    error_message = "limits must be positive, connections_per_task at least 100, database_connections at least 10."
  }
}
