variable "name" {
  description = "Prefix of all names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "vpc_id" {
  description = "Id of the network."
  type        = string

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must not be empty."
  }
}

variable "ports" {
  description = "Ports on which the parts listen."
  type = object({
    gateway  = number
    database = number
    redis    = number
  })

  validation {
    condition     = alltrue([for port in values(var.ports) : port >= 1024 && port <= 65535])
    error_message = "ports must be between 1024 and 65535, because no part runs as root."
  }
}

variable "client_cidrs" {
  description = "IPv4 ranges that may reach the load balancer: all, or those of an office or VPN."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0))])
    error_message = "client_cidrs must be IPv4 ranges such as 0.0.0.0/0 or 203.0.113.0/24."
  }
}

variable "keys" {
  description = "Keys that sign tokens and seal cursors. Written to Secrets Manager when keys_version changes, never to the state."
  type = object({
    token  = string
    cursor = string
  })
  sensitive = true
  ephemeral = true

  validation {
    condition     = length(var.keys.token) >= 32 && length(var.keys.cursor) >= 32
    error_message = "keys must have at least 32 characters each: the gateway rejects shorter ones."
  }
}

variable "keys_version" {
  description = "Increase it to write new keys immediately, which signs all users out. docs/operations.md describes a rotation that does not."
  type        = number
  default     = 1

  validation {
    condition     = var.keys_version >= 1 && floor(var.keys_version) == var.keys_version
    error_message = "keys_version must be a positive whole number."
  }
}

variable "secret_recovery_days" {
  description = "Days within which a deleted secret can be restored. 0 deletes immediately, for short-lived environments."
  type        = number
  default     = 7

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days must be 0, or between 7 and 30."
  }
}
