variable "region" {
  description = "Region of all resources except the application's certificate."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must have a form such as eu-central-1."
  }
}

variable "availability_zones" {
  description = "Availability zones."
  type        = list(string)

  validation {
    condition     = alltrue([for zone in var.availability_zones : startswith(zone, var.region)])
    error_message = "availability_zones must be zones of the region."
  }
}

variable "api" {
  description = "Domain of the gateways, with either its Route 53 zone or your own certificate in this region."
  type = object({
    domain          = string
    zone_id         = optional(string)
    certificate_arn = optional(string)
  })
}

variable "web" {
  description = "Domain of the application, its certificate in us-east-1, and the Route 53 zone of its record. Null: the application is served elsewhere."
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
  description = "Email addresses that receive alarms and budget notifications."
  type        = list(string)
}

variable "sync_enabled" {
  description = "Kill switch: false turns the socket and the watchers off."
  type        = bool
  default     = true
}

variable "secrets_version" {
  description = "Increase a number to write new secrets at the next deployment. keys signs all users out; passwords does not."
  type = object({
    keys      = optional(number, 1)
    passwords = optional(number, 1)
  })
  default = {}
}

variable "redis_auth_token" {
  description = "Password of Valkey. Pass it as TF_VAR_redis_auth_token."
  type        = string
  sensitive   = true
}
