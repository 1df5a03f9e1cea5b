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
      Environment = "dev"
      Stack       = "heliograph-dev"
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

  environment = "dev"
  api         = var.api
  web         = var.web
  images      = var.images

  network  = { cidr = "10.40.0.0/16", availability_zones = var.availability_zones, nat = "single" }
  database = { instance_class = "db.t4g.medium", instances = 1, backup_retention_days = 1 }
  redis    = { node_type = "cache.t4g.micro", replicas = 0 }
  gateway  = { cpu = 512, memory = 1024, min_tasks = 2, max_tasks = 4, connections_per_task = 2000 }
  watcher  = { cpu = 256, memory = 512 }

  deletion_protection = "off"
  operations          = { emails = var.emails, budget_usd = 300, log_retention_days = 7, firewall = "off" }

  sync_enabled     = var.sync_enabled
  redis_auth_token = var.redis_auth_token
  secrets_version  = var.secrets_version
  secrets          = { for name, secret in ephemeral.aws_secretsmanager_random_password.this : name => secret.random_password }
}
