variable "name" {
  description = "Beginning of the names of what is made here."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "subnet_ids" {
  description = "Data subnets, in two zones at least."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least 2 subnets: a cluster in one zone ends with it."
  }
}

variable "security_group_id" {
  description = "Group that lets the services in."
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
  description = "Aurora PostgreSQL, 15 or newer. Ask `aws rds describe-db-engine-versions --engine aurora-postgresql` for what a region has."
  type        = string

  validation {
    condition     = can(regex("^(1[5-9]|[2-9][0-9])\\.[0-9]+$", var.engine_version))
    error_message = "engine_version must be major.minor from 15, for example 17.5."
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
  description = "Size of each instance."
  type        = string

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class must be one such as db.r8g.large."
  }
}

variable "instances" {
  description = "Writer and standbys: the first writes, another takes over when it is lost."
  type        = number

  validation {
    condition     = var.instances >= 1 && var.instances <= 15
    error_message = "instances must be between 1 and 15."
  }
}

variable "backup_retention_days" {
  description = "Days that can be restored to any second."
  type        = number

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "backup_retention_days must be between 1 and 35."
  }
}

variable "log_retention_days" {
  description = "Days for which the server's log is kept."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "log_retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 180, 365."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the cluster; when off, it goes without a last snapshot."
  type        = bool
}

variable "passwords" {
  description = "Passwords of the roles that the services connect as. Written to Secrets Manager when passwords_version changes, never to the state."
  type = object({
    gateway = string
    watcher = string
  })
  sensitive = true
  ephemeral = true

  validation {
    condition     = alltrue([for password in values(var.passwords) : can(regex("^[A-Za-z0-9]{24,}$", password))])
    error_message = "passwords must be at least 24 letters and digits: they stand in addresses."
  }
}

variable "passwords_version" {
  description = "Raise it to write new passwords; the next deployment then gives them to the roles and the services."
  type        = number
  default     = 1

  validation {
    condition     = var.passwords_version >= 1 && floor(var.passwords_version) == var.passwords_version
    error_message = "passwords_version must be a whole number from 1."
  }
}

variable "secret_recovery_days" {
  description = "Days for which a deleted secret can be brought back; 0 deletes at once."
  type        = number
  default     = 7

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days must be 0, or between 7 and 30."
  }
}
