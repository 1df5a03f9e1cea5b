# The whole stack with production values, and its other forms. dev/src/terraform/policies.ts checks policies on the same plans.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment      = "prod"
  network          = { availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  api              = { domain = "api.example.com", zone_id = "Z0123456789EXAMPLE" }
  web              = { domain = "app.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000", zone_id = "Z0123456789EXAMPLE" }
  images           = { gateway = "1.0.0", watcher = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", migrate = "1.0.0" }
  redis_auth_token = "0123456789abcdef0123456789abcdef"
  operations       = { emails = ["operations@example.com"], budget_usd = 2000 }

  secrets = {
    gateway_password = "gggggggggggggggggggggggggggggggggggggggg"
    watcher_password = "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
    token_key        = "tttttttttttttttttttttttttttttttttttttttt"
    cursor_key       = "cccccccccccccccccccccccccccccccccccccccc"
  }
}

run "production" {
  command = apply

  assert {
    condition     = output.api_url == "https://api.example.com/api/v1" && output.socket_url == "wss://api.example.com/ws/sync"
    error_message = "api_url and socket_url must be derived from the domain."
  }

  assert {
    condition     = output.web.bucket != null && output.web.distribution_domain == "mock.cloudfront.net"
    error_message = "The application must have a bucket and a distribution."
  }

  assert {
    condition     = output.service_names == { gateway = "gateway", watcher = "watcher" }
    error_message = "The services must be named gateway and watcher."
  }

  assert {
    condition     = startswith(output.migrate.task_definition, "arn:") && length(output.migrate.subnet_ids) == 3
    error_message = "The output migrate must contain what aws ecs run-task needs."
  }

  assert {
    condition     = startswith(output.database.owner_secret_arn, "arn:aws:secretsmanager:")
    error_message = "RDS must manage the owner's password."
  }

  assert {
    condition     = length(output.nat_addresses) == 3
    error_message = "per_az must create one NAT gateway per zone."
  }

  assert {
    condition     = alltrue([for name in output.alarm_names : startswith(name, "heliograph-prod-")])
    error_message = "Alarm names must begin with the stack's name."
  }

  # settings.json is also compared with the configuration tables of the services.
  assert {
    condition = alltrue([for part, names in output.container_environment : (
      names.environment == tolist(sort(jsondecode(file("./settings.json"))[part].environment)) &&
      names.secrets == tolist(sort(jsondecode(file("./settings.json"))[part].secrets))
    )])
    error_message = "settings.json must match the containers, which have ${jsonencode(output.container_environment)}"
  }
}

run "small" {
  command = plan

  variables {
    environment         = "dev"
    network             = { availability_zones = ["eu-central-1a", "eu-central-1b"], nat = "single" }
    api                 = { domain = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-4000-8000-000000000000" }
    web                 = null
    origins             = ["https://intranet.example.com"]
    gateway             = { cpu = 512, memory = 1024, min_tasks = 2, max_tasks = 4 }
    database            = { instance_class = "db.t4g.medium", instances = 1, backup_retention_days = 1 }
    redis               = { node_type = "cache.t4g.micro", replicas = 0 }
    deletion_protection = "off"
    sync_enabled        = false
    operations          = { firewall = "off" }
  }

  assert {
    condition     = output.web == { bucket = null, distribution_id = null, distribution_domain = null }
    error_message = "Without an application there must be no bucket."
  }

  assert {
    condition     = length(output.alarm_names) > 0
    error_message = "Every environment must have alarms."
  }
}
