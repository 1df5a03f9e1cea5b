terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "heliograph"
      Environment = "staging"
      Stack       = "heliograph-staging"
      ManagedBy   = "terraform"
    }
  }
}

# Generated in every run and written only when secrets_version changes. Neither the plan nor the state contains them.
ephemeral "aws_secretsmanager_random_password" "this" {
  for_each = toset(["gateway_password", "watcher_password", "token_key", "cursor_key"])

  password_length     = 48
  exclude_punctuation = true
}

module "heliograph" {
  source = "../.."

  environment = "staging"
  api         = var.api
  web         = var.web
  images      = var.images

  network  = { cidr = "10.41.0.0/16", availability_zones = var.availability_zones, nat = "single" }
  database = { instance_class = "db.r8g.large", instances = 2, backup_retention_days = 7 }
  redis    = { node_type = "cache.t4g.small", replicas = 1 }
  gateway  = { min_tasks = 2, max_tasks = 6 }

  deletion_protection = "off"
  operations          = { emails = var.emails, budget_usd = 1000, log_retention_days = 14, firewall = "count" }

  sync_enabled     = var.sync_enabled
  redis_auth_token = var.redis_auth_token
  secrets_version  = var.secrets_version
  secrets          = { for name, secret in ephemeral.aws_secretsmanager_random_password.this : name => secret.random_password }
}
