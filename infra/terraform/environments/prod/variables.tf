variable "region" {
  description = "Region of everything but the application's certificate."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be one such as eu-central-1."
  }
}

variable "availability_zones" {
  description = "Zones to spread over."
  type        = list(string)

  validation {
    condition     = alltrue([for zone in var.availability_zones : startswith(zone, var.region)])
    error_message = "availability_zones must be zones of the region."
  }
}

variable "api" {
  description = "Name of the gateways, with either the Route 53 zone of it or a certificate of yours in this region."
  type = object({
    domain          = string
    zone_id         = optional(string)
    certificate_arn = optional(string)
  })
}

variable "web" {
  description = "Name of the application, its certificate in us-east-1, the zone of its record; null: served elsewhere."
  type = object({
    domain          = string
    certificate_arn = string
    zone_id         = optional(string)
  })
  default = null
}

variable "images" {
  description = "Tags or digests of the images."
  type = object({
    gateway = string
    watcher = string
    migrate = string
  })
}

variable "emails" {
  description = "Who is told of alarms and of the budget."
  type        = list(string)
}

variable "tear_down" {
  description = "Lift the protection against deletion, before terraform destroy and at no other time."
  type        = bool
  default     = false
}

variable "sync_enabled" {
  description = "Kill switch."
  type        = bool
  default     = true
}

variable "secrets_version" {
  description = "Raise a number to write new secrets at the next deployment: keys signs everybody out, passwords nobody."
  type = object({
    keys      = optional(number, 1)
    passwords = optional(number, 1)
  })
  default = {}
}

variable "redis_auth_token" {
  description = "Password of Valkey, as TF_VAR_redis_auth_token."
  type        = string
  sensitive   = true
}
