# Every validation rejects the values it exists for. One run passes invalid values for many variables, because starting the
# provider takes most of the time; a variable with several rules has one run for each. Most runs also pass an invalid name,
# which stops the plan early.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment      = "prod"
  network          = { availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  api              = { domain = "api.example.com", zone_id = "Z0123456789EXAMPLE" }
  images           = { gateway = "1.0.0", watcher = "1.0.0", migrate = "1.0.0" }
  redis_auth_token = "0123456789abcdef0123456789abcdef"
  operations       = { emails = ["operations@example.com"] }

  secrets = {
    gateway_password = "gggggggggggggggggggggggggggggggggggggggg"
    watcher_password = "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
    token_key        = "tttttttttttttttttttttttttttttttttttttttt"
    cursor_key       = "cccccccccccccccccccccccccccccccccccccccc"
  }
}

################################################################################
# The stack
################################################################################

run "stack_values" {
  command = plan

  variables {
    name             = "Heliograph!"
    environment      = "production"
    client_cidrs     = ["everybody"]
    api              = { domain = "api.example.com", zone_id = "Z1", certificate_arn = "arn:aws:acm:eu-central-1:1:certificate/x" }
    origins          = ["http://app.example.com"]
    images           = { gateway = "latest", watcher = "1.0.0", migrate = "1.0.0" }
    token            = { lifetime_s = 10 }
    watcher          = { tasks = 1 }
    redis_auth_token = "short"
    secrets          = { gateway_password = "short", watcher_password = "short", token_key = "short", cursor_key = "short" }
  }

  expect_failures = [var.name, var.environment, var.client_cidrs, var.api, var.origins, var.images, var.token, var.watcher, var.redis_auth_token, var.secrets]
}

run "stack_production" {
  command = plan

  variables {
    name                = "x"
    network             = { availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"], nat = "single" }
    gateway             = { min_tasks = 2 }
    database            = { instances = 1 }
    redis               = { replicas = 0 }
    deletion_protection = "off"
    operations          = {}
  }

  expect_failures = [var.name, var.network, var.database, var.redis, var.deletion_protection, var.operations]
}

run "stack_production_zones" {
  command = plan

  variables {
    name    = "x"
    network = { availability_zones = ["eu-central-1a", "eu-central-1b"] }
  }

  expect_failures = [var.name, var.network]
}

run "stack_production_backup_and_firewall" {
  command = plan

  variables {
    name       = "x"
    database   = { backup_retention_days = 1 }
    operations = { emails = ["a@example.com"], firewall = "maybe" }
    gateway    = { min_tasks = 2 }
  }

  expect_failures = [var.name, var.database, var.operations, var.gateway]
}

run "stack_drain" {
  command = plan

  variables {
    deletion_protection = "maybe"
    name                = "x"
    gateway             = { drain_seconds = 115 }
    token               = { renew_grace_s = -1 }
  }

  expect_failures = [var.name, var.gateway, var.token, var.deletion_protection]
}

run "stack_stop" {
  command = plan

  variables {
    name    = "x"
    gateway = { drain_seconds = 90, stop_timeout_seconds = 121 }
  }

  expect_failures = [var.name, var.gateway]
}

run "stack_tasks" {
  command = plan

  variables {
    name    = "x"
    gateway = { min_tasks = 5, max_tasks = 4 }
  }

  expect_failures = [var.name, var.gateway]
}

################################################################################
# network
################################################################################

run "network_values" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    name                    = "x"
    cidr                    = "10.40.0.0/24"
    availability_zones      = ["eu-central-1a"]
    nat                     = "none"
    flow_log_retention_days = 31
    kms_key_arn             = "key"
  }

  expect_failures = [var.name, var.cidr, var.availability_zones, var.nat, var.flow_log_retention_days, var.kms_key_arn]
}

################################################################################
# security
################################################################################

run "security_values" {
  command = plan

  module {
    source = "./modules/security"
  }

  variables {
    name                 = "x"
    vpc_id               = ""
    ports                = { gateway = 80, database = 5432, redis = 6379 }
    client_cidrs         = []
    keys                 = { token = "short", cursor = "short" }
    keys_version         = 0
    secret_recovery_days = 3
  }

  expect_failures = [var.name, var.vpc_id, var.ports, var.client_cidrs, var.keys, var.keys_version, var.secret_recovery_days]
}

################################################################################
# database
################################################################################

run "database_values" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    deletion_protection   = true
    name                  = "x"
    subnet_ids            = ["subnet-1"]
    security_group_id     = ""
    kms_key_arn           = "key"
    engine_version        = "14.9"
    port                  = 80
    instance_class        = "large"
    instances             = 0
    backup_retention_days = 0
    log_retention_days    = 31
    passwords             = { gateway = "p@ss", watcher = "p@ss" }
    passwords_version     = 0
    secret_recovery_days  = 3
  }

  expect_failures = [var.name, var.subnet_ids, var.security_group_id, var.kms_key_arn, var.engine_version, var.port, var.instance_class, var.instances, var.backup_retention_days, var.log_retention_days, var.passwords, var.passwords_version, var.secret_recovery_days]
}

################################################################################
# redis
################################################################################

run "redis_values" {
  command = plan

  module {
    source = "./modules/redis"
  }

  variables {
    name                    = "x"
    subnet_ids              = ["subnet-1"]
    security_group_id       = ""
    kms_key_arn             = "key"
    engine_version          = "7.2"
    port                    = 80
    node_type               = "small"
    replicas                = 6
    auth_token              = "short"
    snapshot_retention_days = 36
    secret_recovery_days    = 3
  }

  expect_failures = [var.name, var.subnet_ids, var.security_group_id, var.kms_key_arn, var.engine_version, var.port, var.node_type, var.replicas, var.auth_token, var.snapshot_retention_days, var.secret_recovery_days]
}

################################################################################
# alb
################################################################################

run "alb_values" {
  command = plan

  module {
    source = "./modules/alb"
  }

  variables {
    deletion_protection          = true
    name                         = "x"
    vpc_id                       = ""
    subnet_ids                   = ["subnet-1"]
    security_group_id            = ""
    domain                       = "api"
    target_port                  = 80
    deregistration_delay_seconds = 0
    access_log_days              = 0
    zone_id                      = null
  }

  expect_failures = [var.name, var.vpc_id, var.subnet_ids, var.security_group_id, var.domain, var.target_port, var.deregistration_delay_seconds, var.access_log_days, var.zone_id]
}

run "alb_two_certificates" {
  command = plan

  module {
    source = "./modules/alb"
  }

  variables {
    name                = "x"
    vpc_id              = "vpc-1"
    subnet_ids          = ["subnet-1", "subnet-2"]
    security_group_id   = "sg-1"
    domain              = "api.example.com"
    zone_id             = "Z1"
    target_port         = 4000
    deletion_protection = true
    certificate_arn     = "arn:aws:acm:eu-central-1:1:certificate/x"
  }

  expect_failures = [var.name, var.zone_id]
}

run "alb_certificate_and_idle" {
  command = plan

  module {
    source = "./modules/alb"
  }

  variables {
    name                 = "x"
    vpc_id               = "vpc-1"
    subnet_ids           = ["subnet-1", "subnet-2"]
    security_group_id    = "sg-1"
    domain               = "api.example.com"
    zone_id              = "Z1"
    target_port          = 4000
    deletion_protection  = true
    certificate_arn      = "certificate"
    idle_timeout_seconds = 30
  }

  expect_failures = [var.name, var.certificate_arn, var.idle_timeout_seconds]
}

run "alb_ping_against_idle" {
  command = plan

  module {
    source = "./modules/alb"
  }

  variables {
    name                  = "x"
    vpc_id                = "vpc-1"
    subnet_ids            = ["subnet-1", "subnet-2"]
    security_group_id     = "sg-1"
    domain                = "api.example.com"
    zone_id               = "Z1"
    target_port           = 4000
    deletion_protection   = true
    idle_timeout_seconds  = 120
    ping_interval_seconds = 60
  }

  expect_failures = [var.name, var.idle_timeout_seconds]
}

run "alb_ping" {
  command = plan

  module {
    source = "./modules/alb"
  }

  variables {
    name                  = "x"
    vpc_id                = "vpc-1"
    subnet_ids            = ["subnet-1", "subnet-2"]
    security_group_id     = "sg-1"
    domain                = "api.example.com"
    zone_id               = "Z1"
    target_port           = 4000
    deletion_protection   = true
    ping_interval_seconds = 301
  }

  expect_failures = [var.name, var.ping_interval_seconds]
}

################################################################################
# ecs_cluster
################################################################################

run "ecs_cluster_values" {
  command = plan

  module {
    source = "./modules/ecs_cluster"
  }

  variables {
    name         = "x"
    repositories = ["Gateway!"]
    images_kept  = 1
    kms_key_arn  = "key"
  }

  expect_failures = [var.name, var.repositories, var.images_kept, var.kms_key_arn]
}

################################################################################
# ecs_service
################################################################################

run "ecs_service_values" {
  command = plan

  module {
    source = "./modules/ecs_service"
  }

  variables {
    health          = { port = 4000 }
    name            = "x"
    part            = "Gateway"
    cluster_name    = ""
    image           = { uri = "example/gateway:latest" }
    size            = { cpu = 1024, memory = 512 }
    environment     = { JWT_SECRET = "inline" }
    kms_key_arn     = "key"
    log             = { region = "eu-central-1", retention_days = 31 }
    secrets_version = ""
    stop            = { timeout_seconds = 121 }
    service         = { subnet_ids = ["subnet-1"], security_group_id = "sg-1", tasks = 2 }
    autoscaling     = { min_tasks = 1, max_tasks = 4, connections_per_task = 7000, metrics_namespace = "n" }
  }

  expect_failures = [var.name, var.part, var.cluster_name, var.image, var.size, var.environment, var.kms_key_arn, var.log, var.secrets_version, var.stop, var.service, var.autoscaling]
}

run "ecs_service_untagged_image_and_inline_address" {
  command = plan

  module {
    source = "./modules/ecs_service"
  }

  variables {
    name         = "x"
    part         = "gateway"
    cluster_name = "heliograph-test"
    kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/k"
    log          = { region = "eu-central-1", retention_days = 30 }
    health       = { port = 4000 }
    image        = { uri = "example/gateway" }
    size         = { cpu = 1024, memory = 2048, architecture = "MIPS" }
    environment  = { DATABASE_URL = "postgresql://heliograph_gateway:secret@db/heliograph" }
    stop         = { timeout_seconds = 60, drain_seconds = 51 }
    service      = { subnet_ids = ["subnet-1", "subnet-2"], security_group_id = "sg-1", tasks = 2, min_healthy_percent = 100, max_percent = 100 }
    autoscaling  = { min_tasks = 2, max_tasks = 4, connections_per_task = 10, metrics_namespace = "n" }
  }

  expect_failures = [var.name, var.image, var.size, var.environment, var.stop, var.service, var.autoscaling]
}

run "ecs_service_without_health" {
  command = plan

  module {
    source = "./modules/ecs_service"
  }

  variables {
    environment  = {}
    name         = "x"
    part         = "gateway"
    cluster_name = "heliograph-test"
    image        = { uri = "example/gateway:1.0.0" }
    size         = { cpu = 1024, memory = 2048 }
    kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/k"
    log          = { region = "eu-central-1", retention_days = 30 }
    service      = { subnet_ids = ["subnet-1", "subnet-2"], security_group_id = "sg-1", tasks = 2 }
    health       = null
    autoscaling  = { min_tasks = 4, max_tasks = 3, connections_per_task = 7000, metrics_namespace = "n" }
  }

  expect_failures = [var.name, var.service, var.autoscaling]
}

run "ecs_service_secret_twice" {
  command = plan

  module {
    source = "./modules/ecs_service"
  }

  variables {
    name         = "x"
    part         = "gateway"
    cluster_name = "heliograph-test"
    image        = { uri = "example/gateway:1.0.0" }
    size         = { cpu = 1024, memory = 2048 }
    kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/k"
    log          = { region = "eu-central-1", retention_days = 30 }
    health       = { port = 4000 }
    service      = { subnet_ids = ["subnet-1", "subnet-2"], security_group_id = "sg-1", tasks = 2 }
    autoscaling  = { min_tasks = 2, max_tasks = 4, connections_per_task = 7000, metrics_namespace = "Heliograph/test" }
    environment  = { LOG_LEVEL = "info" }
    secrets      = { LOG_LEVEL = "arn:aws:secretsmanager:eu-central-1:1:secret:x" }
  }

  expect_failures = [var.name, var.secrets]
}

################################################################################
# edge
################################################################################

run "edge_values" {
  command = plan

  module {
    source = "./modules/edge"
  }

  variables {
    name        = "x"
    alb_arn     = "alb"
    api_domain  = "api"
    web         = { domain = "app.example.com", certificate_arn = "arn:aws:acm:eu-central-1:1:certificate/x" }
    price_class = "all"
    waf         = { requests_per_address = 100 }
  }

  expect_failures = [var.name, var.alb_arn, var.api_domain, var.web, var.price_class, var.waf]
}

run "edge_domain_and_mode" {
  command = plan

  module {
    source = "./modules/edge"
  }

  variables {
    name       = "x"
    alb_arn    = "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/x/1"
    api_domain = "api.example.com"
    web        = { domain = "app", certificate_arn = "arn:aws:acm:us-east-1:1:certificate/x" }
    waf        = { mode = "maybe" }
  }

  expect_failures = [var.name, var.web, var.waf]
}

################################################################################
# observability
################################################################################

run "observability_values" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    load_balancer     = { arn_suffix = "app/x/1", target_group_arn_suffix = "targetgroup/x/1" }
    services          = { cluster = "c", gateway = "gateway", watcher = "watcher" }
    name              = "x"
    emails            = ["nobody"]
    budget_usd        = -1
    kms_key_arn       = "key"
    metrics_namespace = "AWS/ECS"
    stores            = { database_cluster = "d", redis_nodes = [] }
    limits            = { min_gateways = 0, watchers = 2, connections_per_task = 7000, database_connections = 500 }
  }

  expect_failures = [var.name, var.emails, var.budget_usd, var.kms_key_arn, var.metrics_namespace, var.stores, var.limits]
}

################################################################################
# Valid values without another test: tearing production down, and a firewall that blocks
################################################################################

run "tear_down" {
  command = plan

  variables {
    deletion_protection = "tear_down"
  }

  assert {
    condition     = local.secret_recovery_days == 0 && !local.protected && local.name == "heliograph-prod"
    error_message = "With tear_down the stack must keep its names and lose its protection."
  }
}

run "blocking" {
  command = plan

  module {
    source = "./modules/edge"
  }

  variables {
    name       = "heliograph-test"
    alb_arn    = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/x/1"
    api_domain = "api.example.com"
    web        = null
    waf        = { mode = "block" }
  }

  assert {
    condition = toset(flatten([
      for rule in aws_wafv2_web_acl.api[0].rule : [
        for override in rule.statement[0].managed_rule_group_statement[0].rule_action_override : override.name
        if length(override.action_to_use[0].count) == 1
      ] if rule.name == "AWSManagedRulesCommonRuleSet"
    ])) == toset(["CrossSiteScripting_BODY", "NoUserAgent_HEADER", "SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING"])
    error_message = "A blocking firewall must admit documents, lists of ids, text about markup and clients that are not browsers."
  }

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.api[0].rule : length(concat([for action in rule.override_action : action.none], [for action in rule.action : action.block])) == 1])
    error_message = "In mode block, every rule must block."
  }
}
