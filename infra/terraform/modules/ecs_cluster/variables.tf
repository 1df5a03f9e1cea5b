variable "name" {
  description = "Name of the cluster, and prefix of the repositories."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "repositories" {
  description = "Names of the images, one repository each."
  type        = set(string)
  default     = ["gateway", "watcher", "migrate"]

  validation {
    condition     = length(var.repositories) > 0 && alltrue([for name in var.repositories : can(regex("^[a-z][a-z0-9-]*$", name))])
    error_message = "repositories must be lower case words."
  }
}

variable "images_kept" {
  description = "Images kept in each repository. A rollback to an older one is not possible."
  type        = number
  default     = 30

  validation {
    condition     = var.images_kept >= 2 && var.images_kept <= 1000
    error_message = "images_kept must be between 2 and 1000: a rollback needs the previous image."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the images."
  type        = string

  validation {
    condition     = startswith(var.kms_key_arn, "arn:")
    error_message = "kms_key_arn must be an ARN."
  }
}

variable "force_delete" {
  description = "Delete repositories that still contain images. For short-lived environments."
  type        = bool
  default     = false
}
