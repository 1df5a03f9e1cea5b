variable "name" {
  description = "Prefix of all names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "alb_arn" {
  description = "ARN of the load balancer behind the firewall."
  type        = string

  validation {
    condition     = startswith(var.alb_arn, "arn:")
    error_message = "alb_arn must be an ARN."
  }
}

variable "api_domain" {
  description = "Domain of the gateways, which pages may call."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.api_domain))
    error_message = "api_domain must be a domain such as api.example.com."
  }
}

variable "web" {
  description = "Domain of the application, its certificate (in us-east-1, as CloudFront requires), and the Route 53 zone of its record (null: DNS is elsewhere). Null: no application."
  type = object({
    domain          = string
    certificate_arn = string
    zone_id         = optional(string)
  })
  default = null

  validation {
    condition     = var.web == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:", var.web.certificate_arn))
    error_message = "web.certificate_arn must be the ARN of an ACM certificate in us-east-1."
  }

  validation {
    condition     = var.web == null || can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.web.domain))
    error_message = "web.domain must be a domain such as app.example.com."
  }
}

variable "price_class" {
  description = "Edge locations of CloudFront: PriceClass_100 (America and Europe), _200 or _All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "waf" {
  description = "Firewall of the gateways: requests per address in five minutes, and whether rules block or only count. It inspects requests and upgrades, not frames. Null: no firewall."
  type = object({
    requests_per_address = optional(number, 10000)
    mode                 = optional(string, "count")
  })
  default = {}

  validation {
    condition     = var.waf == null || try(var.waf.requests_per_address >= 2000, false)
    error_message = "waf.requests_per_address must be at least 2000: after a deployment, all clients of an office reconnect from one address."
  }

  validation {
    condition     = var.waf == null || try(contains(["count", "block"], var.waf.mode), false)
    error_message = "waf.mode must be count or block."
  }
}

variable "force_destroy" {
  description = "Delete the application's bucket with its contents. For short-lived environments."
  type        = bool
  default     = false
}
