variable "name" {
  description = "Prefix of all names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "subnet_ids" {
  description = "Data subnets in at least two zones."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least 2 subnets: a cluster in one zone is lost with it."
  }
}

variable "security_group_id" {
  description = "Security group that admits the services."
  type        = string

  validation {
    condition     = length(var.security_group_id) > 0
    error_message = "security_group_id must not be empty."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts storage, insights and secrets."
  type        = string

  validation {
    condition     = startswith(var.kms_key_arn, "arn:")
    error_message = "kms_key_arn must be an ARN."
  }
}

variable "engine_version" {
  description = "Version of Aurora PostgreSQL, 15 or newer. `aws rds describe-db-engine-versions --engine aurora-postgresql` lists those of a region."
  type        = string

  validation {
    condition     = can(regex("^(1[5-9]|[2-9][0-9])\\.[0-9]+$", var.engine_version))
    error_message = "engine_version must be major.minor, 15 or newer, for example 17.5."
  }
}

variable "port" {
  description = "Port of the cluster."
  type        = number
  default     = 5432

  validation {
    condition     = var.port >= 1150 && var.port <= 65535
    error_message = "port must be between 1150 and 65535."
  }
}

variable "instance_class" {
  description = "Instance class."
  type        = string

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class must have a form such as db.r8g.large."
  }
}

variable "instances" {
  description = "Number of instances. One is the writer; another takes over when it is lost."
  type        = number

  validation {
    condition     = var.instances >= 1 && var.instances <= 15
    error_message = "instances must be between 1 and 15."
  }
}

variable "backup_retention_days" {
  description = "Days within which any second can be restored."
  type        = number

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "backup_retention_days must be between 1 and 35."
  }
}

variable "log_retention_days" {
  description = "Retention of the server's log, days."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "log_retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 180, 365."
  }
}

variable "deletion_protection" {
  description = "Protect the cluster against deletion. Without protection it is deleted without a final snapshot."
  type        = bool
}

variable "passwords" {
  description = "Passwords of the services' database roles. Written to Secrets Manager when passwords_version changes, never to the state."
  type = object({
    gateway = string
    watcher = string
  })
  sensitive = true
  ephemeral = true

  validation {
    condition     = alltrue([for password in values(var.passwords) : can(regex("^[A-Za-z0-9]{24,}$", password))])
    error_message = "passwords must be at least 24 letters and digits, because they are part of URLs."
  }
}

variable "passwords_version" {
  description = "Increase it to write new passwords. The next deployment gives them to the roles and the services."
  type        = number
  default     = 1

  validation {
    condition     = var.passwords_version >= 1 && floor(var.passwords_version) == var.passwords_version
    error_message = "passwords_version must be a positive whole number."
  }
}

variable "secret_recovery_days" {
  description = "Days within which a deleted secret can be restored. 0 deletes immediately."
  type        = number
  default     = 7

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days must be 0, or between 7 and 30."
  }
}
