variable "name" {
  description = "Prefix of all names, for example heliograph-prod."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "part" {
  description = "Name of the program: gateway, watcher or migrate."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.part))
    error_message = "part must be one lower case word."
  }
}

variable "cluster_name" {
  description = "Name of the cluster that runs the task."
  type        = string

  validation {
    condition     = length(var.cluster_name) > 0
    error_message = "cluster_name must not be empty."
  }
}

variable "image" {
  description = "Image with its tag or digest, and its repository. Null repository: outside this account, so no permission is needed."
  type = object({
    uri            = string
    repository_arn = optional(string)
  })

  validation {
    condition     = can(regex("(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]*)$", var.image.uri)) && !endswith(var.image.uri, ":latest")
    error_message = "image must end with a digest or a tag other than latest: a rollback needs the previous image."
  }
}

variable "size" {
  description = "CPU units (1024 are one vCPU) and memory in MiB of a task, and its architecture: ARM64 or X86_64."
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
    error_message = "size must be a combination that Fargate supports, for example cpu 1024 with memory 2048 to 8192."
  }

  validation {
    condition     = contains(["ARM64", "X86_64"], var.size.architecture)
    error_message = "size.architecture must be ARM64 or X86_64."
  }
}

variable "environment" {
  description = "Environment variables that are not secret."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.environment) : !can(regex("SECRET|PASSWORD|DATABASE_URL$|REDIS_URL$", name)) || var.environment[name] == "" || can(regex("^postgresql://[a-z_]+@", var.environment[name]))])
    error_message = "environment must not contain secrets, because task definitions are readable without access to secrets. Use secrets instead."
  }
}

variable "secrets" {
  description = "Secret environment variables by ARN of their secret. :key:: after the ARN selects one value of a JSON secret."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.secrets), keys(var.environment))) == 0
    error_message = "An environment variable must not be in both secrets and environment."
  }
}

variable "secrets_version" {
  description = "Version of the secrets. When it changes, running tasks are replaced, because they have the old values."
  type        = string
  default     = "1"

  validation {
    condition     = length(var.secrets_version) > 0
    error_message = "secrets_version must not be empty."
  }
}

variable "command" {
  description = "Arguments of the program. Empty: those of the image."
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
  description = "Region and retention of the log. The region is an input because a look-up inside this module would be unknown during a deployment."
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
  description = "Seconds between SIGTERM and SIGKILL (at most 120 on Fargate), and how many of them the program uses to drain."
  type = object({
    timeout_seconds = optional(number, 30)
    drain_seconds   = optional(number, 0)
  })
  default = {}

  validation {
    condition     = var.stop.timeout_seconds >= 2 && var.stop.timeout_seconds <= 120
    error_message = "stop.timeout_seconds must be between 2 and 120, the maximum of Fargate."
  }

  validation {
    condition     = var.stop.drain_seconds >= 0 && var.stop.drain_seconds + 10 <= var.stop.timeout_seconds
    error_message = "stop.drain_seconds + 10 must not exceed stop.timeout_seconds: otherwise the last sockets are cut instead of closed."
  }
}

variable "health" {
  description = "Port of the program and path of its liveness check. Null for a one-off task."
  type = object({
    port = number
    path = optional(string, "/healthz/live")
  })
  default = null
}

variable "service" {
  description = "Subnets, security group and number of the tasks, and the target group if the service is behind the load balancer. Null for a one-off task."
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
    error_message = "service.min_healthy_percent must be below max_percent: otherwise a deployment can neither start nor stop a task."
  }

  validation {
    condition     = var.service == null || var.health != null
    error_message = "A service needs health: without it a task that hangs is never replaced."
  }
}

variable "autoscaling" {
  description = "Bounds of the fleet, and targets per task: sockets (the metric that gateways write to metrics_namespace), CPU and memory in percent. Null: always service.tasks."
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
    error_message = "autoscaling needs max_tasks >= min_tasks >= 2: with a single task, losing it is an outage."
  }

  validation {
    condition     = var.autoscaling == null || try(var.autoscaling.connections_per_task >= 100 && var.autoscaling.connections_per_task <= 50000, false)
    error_message = "autoscaling.connections_per_task must be between 100 and 50000."
  }
}
