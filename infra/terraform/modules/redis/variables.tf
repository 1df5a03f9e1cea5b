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
    error_message = "subnet_ids must name at least 2 subnets."
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
  description = "Key that encrypts storage and the secret."
  type        = string

  validation {
    condition     = startswith(var.kms_key_arn, "arn:")
    error_message = "kms_key_arn must be an ARN."
  }
}

variable "engine_version" {
  description = "Version of Valkey, 8 or newer."
  type        = string
  default     = "8.0"

  validation {
    condition     = can(regex("^([8-9]|[1-9][0-9])\\.[0-9]+$", var.engine_version))
    error_message = "engine_version must be major.minor, 8 or newer, for example 8.0."
  }
}

variable "port" {
  description = "Port of the nodes."
  type        = number
  default     = 6379

  validation {
    condition     = var.port >= 1024 && var.port <= 65535
    error_message = "port must be between 1024 and 65535."
  }
}

variable "node_type" {
  description = "Node type. Network bandwidth matters more than memory, because little is stored."
  type        = string

  validation {
    condition     = can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.node_type))
    error_message = "node_type must have a form such as cache.t4g.small."
  }
}

variable "replicas" {
  description = "Number of replicas, one of which replaces a lost primary. With 0 a new node has to start; until then the services poll every 250 ms."
  type        = number

  validation {
    condition     = var.replicas >= 0 && var.replicas <= 5
    error_message = "replicas must be between 0 and 5."
  }
}

variable "auth_token" {
  description = "Password of the nodes. ElastiCache supports no write-only password, so the state contains it and must be encrypted and restricted."
  type        = string
  sensitive   = true

  validation {
    condition     = can(regex("^[A-Za-z0-9]{32,128}$", var.auth_token))
    error_message = "auth_token must be 32 to 128 letters and digits: openssl rand -hex 32."
  }
}

variable "snapshot_retention_days" {
  description = "Retention of daily snapshots, days. 0 is safe: Redis holds jobs and nothing that the database lacks."
  type        = number
  default     = 0

  validation {
    condition     = var.snapshot_retention_days >= 0 && var.snapshot_retention_days <= 35
    error_message = "snapshot_retention_days must be between 0 and 35."
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
