data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  actions = [aws_sns_topic.this.arn]
  runbook = "docs/operations.md"

  lb      = { LoadBalancer = var.load_balancer.arn_suffix }
  targets = merge(local.lb, { TargetGroup = var.load_balancer.target_group_arn_suffix })
  gateway = { Service = "gateway" }
  watcher = { Service = "watcher" }
  db      = { DBClusterIdentifier = var.stores.database_cluster }

  # Each has an entry of its own name in the runbook. Periods of a minute, as the services write once a minute.
  # `missing`: what silence means. breaching: silence is the failure itself.
  alarms = {
    gateways_missing = {
      text = "fewer healthy gateways than there must be", namespace = "AWS/ApplicationELB", metric = "HealthyHostCount", dimensions = local.targets
      stat = "Minimum", compare = "LessThanThreshold", limit = var.limits.min_gateways, minutes = 3, missing = "breaching"
    }
    gateways_unhealthy = {
      text = "a gateway does not answer its health check", namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount", dimensions = local.targets
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 0, minutes = 5, missing = "notBreaching"
    }
    gateway_errors = {
      text = "gateways answer with 5xx", namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.targets
      stat = "Sum", compare = "GreaterThanThreshold", limit = 20, minutes = var.limits.server_errors_minutes, missing = "notBreaching"
    }
    load_balancer_errors = {
      text = "the load balancer answers with 5xx of its own", namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = local.lb
      stat = "Sum", compare = "GreaterThanThreshold", limit = 20, minutes = var.limits.server_errors_minutes, missing = "notBreaching"
    }
    gateway_unreachable = {
      text = "connections to gateways fail", namespace = "AWS/ApplicationELB", metric = "TargetConnectionErrorCount", dimensions = local.targets
      stat = "Sum", compare = "GreaterThanThreshold", limit = 10, minutes = 3, missing = "notBreaching"
    }
    connections_rejected = {
      text = "the load balancer refuses connections", namespace = "AWS/ApplicationELB", metric = "RejectedConnectionCount", dimensions = local.lb
      stat = "Sum", compare = "GreaterThanThreshold", limit = 0, minutes = 1, missing = "notBreaching"
    }
    gateway_full = {
      text = "the fullest gateway has far more sockets than a task shall have", namespace = var.metrics_namespace, metric = "ActiveConnections", dimensions = local.gateway
      stat = "Maximum", compare = "GreaterThanThreshold", limit = ceil(1.4 * var.limits.connections_per_task), minutes = 5, missing = "breaching"
    }
    changes_delayed = {
      text = "changes do not reach a gateway in time", namespace = var.metrics_namespace, metric = "Delayed", dimensions = local.gateway
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 0, minutes = 2, missing = "breaching"
    }
    hints_lost = {
      text = "gateways read the log because hints do not arrive", namespace = var.metrics_namespace, metric = "Repairs", dimensions = local.gateway
      stat = "Sum", compare = "GreaterThanThreshold", limit = 100, minutes = 10, missing = "notBreaching"
    }
    slow_clients = {
      text = "many sockets are closed because their clients read too slowly", namespace = var.metrics_namespace, metric = "SlowCloses", dimensions = local.gateway
      stat = "Sum", compare = "GreaterThanThreshold", limit = 100, minutes = 10, missing = "notBreaching"
    }
    no_leader = {
      text = "no watcher leads", namespace = var.metrics_namespace, metric = "IsLeader", dimensions = local.watcher
      stat = "Sum", compare = "LessThanThreshold", limit = 1, minutes = 2, missing = "breaching"
    }
    two_leaders = {
      text = "more than one watcher says that it leads", namespace = var.metrics_namespace, metric = "IsLeader", dimensions = local.watcher
      stat = "Sum", compare = "GreaterThanThreshold", limit = 1, minutes = 2, missing = "notBreaching"
    }
    watcher_standby_lost = {
      text = "fewer watchers than there must be: nobody would take over from the leader at once", namespace = var.metrics_namespace, metric = "IsLeader", dimensions = local.watcher
      stat = "SampleCount", compare = "LessThanThreshold", limit = var.limits.watchers, minutes = 5, missing = "breaching"
    }
    watcher_lag = {
      text = "changes wait for their hint", namespace = var.metrics_namespace, metric = "ChangeLogLagSeconds", dimensions = local.watcher
      stat = "p99", compare = "GreaterThanThreshold", limit = var.limits.lag_seconds, minutes = 5, missing = "notBreaching"
    }
    watcher_errors = {
      text = "a watcher keeps failing", namespace = var.metrics_namespace, metric = "Errors", dimensions = local.watcher
      stat = "Sum", compare = "GreaterThanThreshold", limit = 10, minutes = 5, missing = "notBreaching"
    }
    partitions_short = {
      text = "log partitions end soon; without one users cannot write", namespace = var.metrics_namespace, metric = "PartitionDaysLeft", dimensions = local.watcher
      stat = "Maximum", compare = "LessThanThreshold", limit = var.limits.partition_days, minutes = 10, missing = "breaching"
    }
    jobs_failing = {
      text = "jobs of the watchers keep failing", namespace = var.metrics_namespace, metric = "JobFailures", dimensions = local.watcher
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 3, minutes = 10, missing = "notBreaching"
    }
    sync_problems = {
      text = "a live table has lost its triggers or policies", namespace = var.metrics_namespace, metric = "SyncProblems", dimensions = local.watcher
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 0, minutes = 2, missing = "notBreaching"
    }
    database_cpu = {
      text = "the database is busy", namespace = "AWS/RDS", metric = "CPUUtilization", dimensions = merge(local.db, { Role = "WRITER" })
      stat = "Average", compare = "GreaterThanThreshold", limit = 80, minutes = 10, missing = "breaching"
    }
    database_memory = {
      text = "the database runs out of memory", namespace = "AWS/RDS", metric = "FreeableMemory", dimensions = merge(local.db, { Role = "WRITER" })
      stat = "Minimum", compare = "LessThanThreshold", limit = var.limits.database_free_bytes, minutes = 5, missing = "notBreaching"
    }
    database_connections = {
      text = "the database runs out of connections", namespace = "AWS/RDS", metric = "DatabaseConnections", dimensions = merge(local.db, { Role = "WRITER" })
      stat = "Maximum", compare = "GreaterThanThreshold", limit = var.limits.database_connections, minutes = 5, missing = "notBreaching"
    }
  }

  # One for each node: the average of a busy primary and idle copies tells nothing.
  redis_alarms = merge([for node in var.stores.redis_nodes : {
    "redis_cpu:${node}" = {
      text = "Redis is busy: ${node}", namespace = "AWS/ElastiCache", metric = "EngineCPUUtilization", dimensions = { CacheClusterId = node }
      stat = "Average", compare = "GreaterThanThreshold", limit = 80, minutes = 5, missing = "notBreaching"
    }
    "redis_memory:${node}" = {
      text = "Redis runs out of memory: ${node}", namespace = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", dimensions = { CacheClusterId = node }
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 80, minutes = 5, missing = "notBreaching"
    }
  }]...)

  # Rows of the dashboard, in the order of a change's way.
  graphs = [
    { title = "Sockets", metrics = [[var.metrics_namespace, "ActiveConnections", "Service", "gateway", { stat = "Sum", label = "all" }], [".", ".", ".", ".", { stat = "Maximum", label = "fullest task" }]] },
    { title = "Subscriptions", metrics = [[var.metrics_namespace, "Subscriptions", "Service", "gateway", { stat = "Sum" }]] },
    { title = "From change to hint, seconds", metrics = [[var.metrics_namespace, "ChangeLogLagSeconds", "Service", "watcher", { stat = "p50" }], [".", ".", ".", ".", { stat = "p99" }]] },
    { title = "From change to gateway, seconds", metrics = [[var.metrics_namespace, "FeedLagSeconds", "Service", "gateway", { stat = "p50" }], [".", ".", ".", ".", { stat = "p99" }]] },
    { title = "Changes a minute", metrics = [[var.metrics_namespace, "ClaimedRows", "Service", "watcher", { stat = "Sum" }]] },
    { title = "Leaders, gateways that are delayed", metrics = [[var.metrics_namespace, "IsLeader", "Service", "watcher", { stat = "Sum" }], [".", "Delayed", ".", "gateway", { stat = "Sum" }]] },
    { title = "Hints lost, slow clients, errors", metrics = [[var.metrics_namespace, "Repairs", "Service", "gateway", { stat = "Sum" }], [".", "SlowCloses", ".", ".", { stat = "Sum" }], [".", "FeedErrors", ".", ".", { stat = "Sum" }], [".", "Errors", ".", "watcher", { stat = "Sum" }]] },
    { title = "Tasks: processor and memory, percent", metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", var.services.cluster, "ServiceName", var.services.gateway], [".", "MemoryUtilization", ".", ".", ".", "."], [".", "CPUUtilization", ".", ".", ".", var.services.watcher]] },
    { title = "Answers", metrics = [["AWS/ApplicationELB", "HTTPCode_Target_2XX_Count", "LoadBalancer", var.load_balancer.arn_suffix, { stat = "Sum" }], [".", "HTTPCode_Target_4XX_Count", ".", ".", { stat = "Sum" }], [".", "HTTPCode_Target_5XX_Count", ".", ".", { stat = "Sum" }]] },
    { title = "Gateways, healthy and not", metrics = [["AWS/ApplicationELB", "HealthyHostCount", "TargetGroup", var.load_balancer.target_group_arn_suffix, "LoadBalancer", var.load_balancer.arn_suffix], [".", "UnHealthyHostCount", ".", ".", ".", "."]] },
    { title = "Database", metrics = [["AWS/RDS", "CPUUtilization", "DBClusterIdentifier", var.stores.database_cluster, "Role", "WRITER"], [".", "DatabaseConnections", ".", ".", ".", ".", { yAxis = "right" }]] },
    { title = "Redis, percent", metrics = [for node in var.stores.redis_nodes : ["AWS/ElastiCache", "EngineCPUUtilization", "CacheClusterId", node]] },
  ]
}

################################################################################
# Whom to tell
################################################################################

resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndBudgets"
      Effect    = "Allow"
      Action    = "SNS:Publish"
      Resource  = aws_sns_topic.this.arn
      Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.key
}

################################################################################
# Alarms
################################################################################

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = merge(local.alarms, local.redis_alarms)

  alarm_name        = "${var.name}-${replace(each.key, ":", "-")}"
  alarm_description = "${each.value.text}. Runbook: ${local.runbook}, ${split(":", each.key)[0]}"

  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.stat, "p") ? null : each.value.stat
  extended_statistic  = startswith(each.value.stat, "p") ? each.value.stat : null
  comparison_operator = each.value.compare
  threshold           = each.value.limit
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = each.value.missing

  alarm_actions = local.actions
  ok_actions    = local.actions
}

################################################################################
# Dashboard
################################################################################

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [for index, graph in local.graphs : {
      type   = "metric"
      x      = 8 * (index % 3)
      y      = 6 * floor(index / 3)
      width  = 8
      height = 6
      properties = {
        title   = graph.title
        metrics = graph.metrics
        region  = data.aws_region.current.name
        period  = 60
        view    = "timeSeries"
      }
    }]
  })
}

################################################################################
# Budget
################################################################################

resource "aws_budgets_budget" "this" {
  count = var.budget_usd > 0 ? 1 : 0

  name         = var.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:Stack$%s", var.name)]
  }

  notification {
    comparison_operator       = "GREATER_THAN"
    threshold                 = 80
    threshold_type            = "PERCENTAGE"
    notification_type         = "ACTUAL"
    subscriber_sns_topic_arns = local.actions
  }

  notification {
    comparison_operator       = "GREATER_THAN"
    threshold                 = 100
    threshold_type            = "PERCENTAGE"
    notification_type         = "FORECASTED"
    subscriber_sns_topic_arns = local.actions
  }
}
