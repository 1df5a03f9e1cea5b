variable "name" {
  description = "Prefix of all names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "vpc_id" {
  description = "Id of the targets' network."
  type        = string

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must not be empty."
  }
}

variable "subnet_ids" {
  description = "Public subnets in at least two zones."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least 2 subnets: AWS requires them for a load balancer."
  }
}

variable "security_group_id" {
  description = "Security group of the load balancer."
  type        = string

  validation {
    condition     = length(var.security_group_id) > 0
    error_message = "security_group_id must not be empty."
  }
}

variable "domain" {
  description = "Domain of the gateways, for example api.example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a domain such as api.example.com."
  }
}

variable "zone_id" {
  description = "Route 53 zone of the domain, in which certificate validation and record are created. Null if DNS is elsewhere."
  type        = string
  default     = null

  validation {
    condition     = (var.zone_id == null) != (var.certificate_arn == null)
    error_message = "Set either zone_id (certificate and record are created) or certificate_arn (you provide both), not both."
  }
}

variable "certificate_arn" {
  description = "Certificate of the domain in this region, if DNS is not in Route 53."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of an ACM certificate."
  }
}

variable "target_port" {
  description = "Port of the gateways."
  type        = number

  validation {
    condition     = var.target_port >= 1024 && var.target_port <= 65535
    error_message = "target_port must be between 1024 and 65535."
  }
}

variable "idle_timeout_seconds" {
  description = "Time without traffic after which the load balancer closes a connection, seconds."
  type        = number
  default     = 300

  validation {
    condition     = var.idle_timeout_seconds >= 60 && var.idle_timeout_seconds <= 4000 && var.idle_timeout_seconds > 2 * var.ping_interval_seconds
    error_message = "idle_timeout_seconds must be between 60 and 4000 and more than two ping intervals: one lost ping must not cut a socket."
  }
}

variable "ping_interval_seconds" {
  description = "Interval of the gateway's pings, the only traffic on an idle socket, seconds."
  type        = number
  default     = 25

  validation {
    condition     = var.ping_interval_seconds >= 1 && var.ping_interval_seconds <= 300
    error_message = "ping_interval_seconds must be between 1 and 300."
  }
}

variable "deregistration_delay_seconds" {
  description = "Time for which a deregistering target keeps its connections before its task receives SIGTERM, seconds. The gateway's own drain begins only then, so a long delay postpones it."
  type        = number
  default     = 30

  validation {
    condition     = var.deregistration_delay_seconds >= 5 && var.deregistration_delay_seconds <= 300
    error_message = "deregistration_delay_seconds must be between 5 and 300."
  }
}

variable "access_log_days" {
  description = "Retention of the access logs, days."
  type        = number
  default     = 30

  validation {
    condition     = var.access_log_days >= 1 && var.access_log_days <= 3650
    error_message = "access_log_days must be between 1 and 3650."
  }
}

variable "deletion_protection" {
  description = "Protect the load balancer against deletion, and its access logs while they are not empty."
  type        = bool
}
