variable "name" {
  description = "Prefix of all names, for example heliograph-prod."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter: load balancer names have at most 32."
  }
}

variable "cidr" {
  description = "IPv4 range of the network, /16 to /20. Each subnet gets a sixteenth of it."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "cidr must be an IPv4 range between /16 and /20, for example 10.40.0.0/16."
  }
}

variable "availability_zones" {
  description = "Availability zones. Not looked up, because a zone that AWS adds must not move subnets."
  type        = list(string)

  validation {
    condition     = length(var.availability_zones) >= 2 && length(var.availability_zones) <= 4 && length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "availability_zones must name 2 to 4 different zones: with a single zone, losing it is an outage."
  }
}

variable "nat" {
  description = "single: one NAT gateway, which is cheaper. per_az: one in each zone, so that losing a zone cuts off no other zone."
  type        = string

  validation {
    condition     = contains(["single", "per_az"], var.nat)
    error_message = "nat must be single or per_az."
  }
}

variable "flow_log_retention_days" {
  description = "Retention of the flow log, days."
  type        = number

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.flow_log_retention_days)
    error_message = "flow_log_retention_days must be one of 7, 14, 30, 60, 90, 180, 365."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the flow log."
  type        = string

  validation {
    condition     = startswith(var.kms_key_arn, "arn:")
    error_message = "kms_key_arn must be an ARN."
  }
}
