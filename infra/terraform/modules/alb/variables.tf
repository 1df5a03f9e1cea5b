variable "name" {
  description = "Beginning of the names of what is made here."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "vpc_id" {
  description = "Network of the targets."
  type        = string

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must not be empty."
  }
}

variable "subnet_ids" {
  description = "Public subnets, in two zones at least."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least 2 subnets: a load balancer is not made with less."
  }
}

variable "security_group_id" {
  description = "Group of the load balancer."
  type        = string

  validation {
    condition     = length(var.security_group_id) > 0
    error_message = "security_group_id must not be empty."
  }
}

variable "domain" {
  description = "Name under which the gateways are reached, for example api.example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a name such as api.example.com."
  }
}

variable "zone_id" {
  description = "Route 53 zone of the domain: certificate and record are made there. Null when DNS is elsewhere."
  type        = string
  default     = null

  validation {
    condition     = (var.zone_id == null) != (var.certificate_arn == null)
    error_message = "Give either zone_id (certificate and record are made) or certificate_arn (both are yours), not both."
  }
}

variable "certificate_arn" {
  description = "Certificate of the domain in this region, when DNS is not in Route 53."
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
  description = "After how long without a byte a connection is cut."
  type        = number
  default     = 300

  validation {
    condition     = var.idle_timeout_seconds >= 60 && var.idle_timeout_seconds <= 4000 && var.idle_timeout_seconds > 2 * var.ping_interval_seconds
    error_message = "idle_timeout_seconds must be between 60 and 4000 and more than two ping intervals: one lost ping must not cut a socket."
  }
}

variable "ping_interval_seconds" {
  description = "Pause between the gateway's pings, the only bytes on a quiet socket."
  type        = number
  default     = 25

  validation {
    condition     = var.ping_interval_seconds >= 1 && var.ping_interval_seconds <= 300
    error_message = "ping_interval_seconds must be between 1 and 300."
  }
}

variable "deregistration_delay_seconds" {
  description = "How long a target that leaves keeps its connections before its task is told to stop. The gateway's own drain begins only then, so a long delay postpones it."
  type        = number
  default     = 30

  validation {
    condition     = var.deregistration_delay_seconds >= 5 && var.deregistration_delay_seconds <= 300
    error_message = "deregistration_delay_seconds must be between 5 and 300."
  }
}

variable "access_log_days" {
  description = "Days for which access logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.access_log_days >= 1 && var.access_log_days <= 3650
    error_message = "access_log_days must be between 1 and 3650."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the load balancer, and its log while it holds anything."
  type        = bool
}
