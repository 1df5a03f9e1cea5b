variable "name" {
  description = "Beginning of the names of what is made here, for example heliograph-prod."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "part" {
  description = "Which program this is: gateway, watcher or migrate."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.part))
    error_message = "part must be one lower case word."
  }
}

variable "cluster_name" {
  description = "Cluster that runs it."
  type        = string

  validation {
    condition     = length(var.cluster_name) > 0
    error_message = "cluster_name must not be empty."
  }
}

variable "image" {
  description = "Image with its tag or digest, and the repository that it is pulled from (null: one outside of this account, which needs no right)."
  type = object({
    uri            = string
    repository_arn = optional(string)
  })

  validation {
    condition     = can(regex("(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]*)$", var.image.uri)) && !endswith(var.image.uri, ":latest")
    error_message = "image must end with a digest or a tag other than latest: a rollback must find what ran before."
  }
}

variable "size" {
  description = "Processor units (1024 are one) and MiB of a task, and its architecture: ARM64 or X86_64."
  type = object({
    cpu          = number
    memory       = number
    architecture = optional(string, "ARM64")
  })

  validation {
    condition = contains(lookup({
      256   = [512, 1024, 2048]
      512   = [for gib in range(1, 5) : gib * 1024]
      1024  = [for gib in range(2, 9) : gib * 1024]
      2048  = [for gib in range(4, 17) : gib * 1024]
      4096  = [for gib in range(8, 31) : gib * 1024]
      8192  = [for gib in range(16, 61, 4) : gib * 1024]
      16384 = [for gib in range(32, 121, 8) : gib * 1024]
    }, var.size.cpu, []), var.size.memory)
    error_message = "size must be a pair that Fargate has, for example cpu 1024 with memory 2048 to 8192."
  }

  validation {
    condition     = contains(["ARM64", "X86_64"], var.size.architecture)
    error_message = "size.architecture must be ARM64 or X86_64."
  }
}

variable "environment" {
  description = "Settings of the container that are no secrets."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.environment) : !can(regex("SECRET|PASSWORD|DATABASE_URL$|REDIS_URL$", name)) || var.environment[name] == "" || can(regex("^postgresql://[a-z_]+@", var.environment[name]))])
    error_message = "environment must not hold secrets: whoever may read the task definition reads it. Use secrets."
  }
}

variable "secrets" {
  description = "Settings of the container by the ARN of their secret, with :key:: behind it for one value of a JSON secret."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.secrets), keys(var.environment))) == 0
    error_message = "A setting must not be in secrets and in environment."
  }
}

variable "secrets_version" {
  description = "Changes when the secrets are written anew: running tasks are replaced then, as they know the old ones."
  type        = string
  default     = "1"

  validation {
    condition     = length(var.secrets_version) > 0
    error_message = "secrets_version must not be empty."
  }
}

variable "command" {
  description = "Arguments for the image's program; empty: as the image says."
  type        = list(string)
  default     = []
}

variable "kms_key_arn" {
  description = "Key that encrypts logs and secrets."
  type        = string

  validation {
    condition     = startswith(var.kms_key_arn, "arn:")
    error_message = "kms_key_arn must be an ARN."
  }
}

variable "log" {
  description = "Region of the log, which is handed in so that nothing has to be looked up in the middle of a deployment, and days for which it is kept."
  type = object({
    region         = string
    retention_days = number
  })

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log.retention_days)
    error_message = "log.retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 180, 365."
  }
}

variable "stop" {
  description = "Seconds between the request to stop and the end by force (120 is the most that Fargate gives), and how many of them the program drains for."
  type = object({
    timeout_seconds = optional(number, 30)
    drain_seconds   = optional(number, 0)
  })
  default = {}

  validation {
    condition     = var.stop.timeout_seconds >= 2 && var.stop.timeout_seconds <= 120
    error_message = "stop.timeout_seconds must be between 2 and 120, the most that Fargate gives."
  }

  validation {
    condition     = var.stop.drain_seconds >= 0 && var.stop.drain_seconds + 10 <= var.stop.timeout_seconds
    error_message = "stop.drain_seconds + 10 must not exceed stop.timeout_seconds: else the last sockets are cut instead of closed."
  }
}

variable "health" {
  description = "Port of the program and the address that says that it lives; null for a task that runs once."
  type = object({
    port = number
    path = optional(string, "/healthz/live")
  })
  default = null
}

variable "service" {
  description = "Where and how many of it run; null for a task that is only started by hand. target_group_arn: behind the load balancer."
  type = object({
    subnet_ids          = list(string)
    security_group_id   = string
    tasks               = number
    min_healthy_percent = optional(number, 100)
    max_percent         = optional(number, 150)
    target_group_arn    = optional(string)
  })
  default = null

  validation {
    condition     = var.service == null || try(var.service.tasks >= 1 && length(var.service.subnet_ids) >= 2, false)
    error_message = "service needs at least one task and two subnets."
  }

  validation {
    condition     = var.service == null || try(var.service.min_healthy_percent < var.service.max_percent, false)
    error_message = "service.min_healthy_percent must be below max_percent: a deployment could neither start nor stop a task."
  }

  validation {
    condition     = var.service == null || var.health != null
    error_message = "A service needs health: without it a hung task runs for ever."
  }
}

variable "autoscaling" {
  description = "Bounds, and how full a task shall be: sockets (by the metric that gateways write under metrics_namespace), processor and memory in percent. Null: always service.tasks."
  type = object({
    min_tasks            = number
    max_tasks            = number
    connections_per_task = number
    metrics_namespace    = string
    cpu_percent          = optional(number, 60)
    memory_percent       = optional(number, 70)
  })
  default = null

  validation {
    condition     = var.autoscaling == null || try(var.autoscaling.min_tasks >= 2 && var.autoscaling.max_tasks >= var.autoscaling.min_tasks, false)
    error_message = "autoscaling needs max_tasks >= min_tasks >= 2: with one task its loss is an outage."
  }

  validation {
    condition     = var.autoscaling == null || try(var.autoscaling.connections_per_task >= 100 && var.autoscaling.connections_per_task <= 50000, false)
    error_message = "autoscaling.connections_per_task must be between 100 and 50000."
  }
}
