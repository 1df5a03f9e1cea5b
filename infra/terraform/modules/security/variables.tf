variable "name" {
  description = "Beginning of the names of what is made here."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "vpc_id" {
  description = "Network in which the groups apply."
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
    error_message = "ports must be between 1024 and 65535: no part runs as root."
  }
}

variable "client_cidrs" {
  description = "Addresses that may reach the load balancer: everybody, or the ranges of an office or VPN."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0))])
    error_message = "client_cidrs must be ranges such as 0.0.0.0/0 or 203.0.113.0/24."
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
    error_message = "keys must have at least 32 characters each: the gateway refuses shorter ones."
  }
}

variable "keys_version" {
  description = "Raise it to write new keys at once. Signs everybody out; docs/operations.md tells how to change keys without."
  type        = number
  default     = 1

  validation {
    condition     = var.keys_version >= 1 && floor(var.keys_version) == var.keys_version
    error_message = "keys_version must be a whole number from 1."
  }
}

variable "secret_recovery_days" {
  description = "Days for which a deleted secret can be brought back; 0 deletes at once, for short-lived environments."
  type        = number
  default     = 7

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days must be 0, or between 7 and 30."
  }
}
