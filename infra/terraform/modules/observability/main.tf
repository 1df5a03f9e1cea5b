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

  # Each alarm has a runbook entry of the same name. Periods are one minute, because the services write once a minute.
  # `missing` says how missing data is treated; breaching: no data is itself the failure.
  alarms = {
    gateways_missing = {
      text = "Fewer gateways are healthy than the minimum. The others carry more sockets. Check the service's events and the log of stopped tasks", namespace = "AWS/ApplicationELB", metric = "HealthyHostCount", dimensions = local.targets
      stat = "Minimum", compare = "LessThanThreshold", limit = var.limits.min_gateways, minutes = 3, missing = "breaching"
    }
    gateways_unhealthy = {
      text = "A gateway fails its readiness check. A single gateway is replaced automatically; if all fail, check the database", namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount", dimensions = local.targets
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 0, minutes = 5, missing = "notBreaching"
    }
    gateway_errors = {
      text = "Gateways respond with 5xx. Requests of users fail. 503: check the database and the pools; 500: check the gateway's log", namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.targets
      stat = "Sum", compare = "GreaterThanThreshold", limit = 20, minutes = var.limits.server_errors_minutes, missing = "notBreaching"
    }
    load_balancer_errors = {
      text = "The load balancer itself responds with 5xx. Requests of users fail. Check that targets are healthy and KEEP_ALIVE_MS is above the idle timeout", namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = local.lb
      stat = "Sum", compare = "GreaterThanThreshold", limit = 20, minutes = var.limits.server_errors_minutes, missing = "notBreaching"
    }
    gateway_unreachable = {
      text = "The load balancer fails to connect to gateways. Some requests fail. Check for tasks that ended without a drain and for changed security groups", namespace = "AWS/ApplicationELB", metric = "TargetConnectionErrorCount", dimensions = local.targets
      stat = "Sum", compare = "GreaterThanThreshold", limit = 10, minutes = 3, missing = "notBreaching"
    }
    connections_rejected = {
      text = "The load balancer rejects connections at its limit. Clients retry with backoff. Ask AWS for more capacity", namespace = "AWS/ApplicationELB", metric = "RejectedConnectionCount", dimensions = local.lb
      stat = "Sum", compare = "GreaterThanThreshold", limit = 0, minutes = 1, missing = "notBreaching"
    }
    gateway_full = {
      text = "The fullest gateway has 1.4 times its target of sockets. It may become slow. Check max_tasks and the metric that scaling uses", namespace = var.metrics_namespace, metric = "ActiveConnections", dimensions = local.gateway
      stat = "Maximum", compare = "GreaterThanThreshold", limit = ceil(1.4 * var.limits.connections_per_task), minutes = 5, missing = "breaching"
    }
    changes_delayed = {
      text = "A gateway does not receive changes in time. Its clients were notified with DELAYED. Check the watchers and the gateway's connection to the database", namespace = var.metrics_namespace, metric = "Delayed", dimensions = local.gateway
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 0, minutes = 2, missing = "breaching"
    }
    hints_lost = {
      text = "Gateways read the log because hints do not arrive. No signal is lost, but the database has more load. Check Redis", namespace = var.metrics_namespace, metric = "Repairs", dimensions = local.gateway
      stat = "Sum", compare = "GreaterThanThreshold", limit = 100, minutes = 10, missing = "notBreaching"
    }
    slow_clients = {
      text = "Many sockets were closed because their clients read too slowly. Those clients reconnect and catch up. Check for bulk changes and for the gateways' CPU", namespace = var.metrics_namespace, metric = "SlowCloses", dimensions = local.gateway
      stat = "Sum", compare = "GreaterThanThreshold", limit = 100, minutes = 10, missing = "notBreaching"
    }
    no_leader = {
      text = "No watcher leads. Changes are written, but no signals are sent. Check that watchers run and reach the database", namespace = var.metrics_namespace, metric = "IsLeader", dimensions = local.watcher
      stat = "Sum", compare = "LessThanThreshold", limit = 1, minutes = 2, missing = "breaching"
    }
    two_leaders = {
      text = "More than one watcher reports that it leads. Only one can claim changes. If the alarm lasts, stop the watcher that hangs", namespace = var.metrics_namespace, metric = "IsLeader", dimensions = local.watcher
      stat = "Sum", compare = "GreaterThanThreshold", limit = 1, minutes = 2, missing = "notBreaching"
    }
    watcher_standby_lost = {
      text = "Fewer watchers run than configured. If the leader is lost too, signals stop. Check the service's events and the log of stopped tasks", namespace = var.metrics_namespace, metric = "IsLeader", dimensions = local.watcher
      stat = "SampleCount", compare = "LessThanThreshold", limit = var.limits.watchers, minutes = 5, missing = "breaching"
    }
    watcher_lag = {
      text = "p99 from change to hint is above the limit. Signals are late, not lost. Check for a backlog, slow claims and old snapshots", namespace = var.metrics_namespace, metric = "ChangeLogLagSeconds", dimensions = local.watcher
      stat = "p99", compare = "GreaterThanThreshold", limit = var.limits.lag_seconds, minutes = 5, missing = "notBreaching"
    }
    watcher_errors = {
      text = "A watcher fails repeatedly. Signals may be late. Its log names the operation", namespace = var.metrics_namespace, metric = "Errors", dimensions = local.watcher
      stat = "Sum", compare = "GreaterThanThreshold", limit = 10, minutes = 5, missing = "notBreaching"
    }
    partitions_short = {
      text = "The log has partitions for less than the limit of days. Without a partition, changes go to the overflow partition. Check the watchers' log or run app.ensure_partitions", namespace = var.metrics_namespace, metric = "PartitionDaysLeft", dimensions = local.watcher
      stat = "Maximum", compare = "LessThanThreshold", limit = var.limits.partition_days, minutes = 10, missing = "breaching"
    }
    missing_day = {
      text = "Changes were logged on a day without a partition. Nothing is lost. Look for a wrong clock of the database, or a partition that was detached by hand", namespace = var.metrics_namespace, metric = "MissingDays", dimensions = local.watcher
      stat = "Sum", compare = "GreaterThanThreshold", limit = 0, minutes = 5, missing = "notBreaching"
    }
    jobs_failing = {
      text = "A job of the watchers has failed more than three times in a row. Housekeeping is overdue. Check app.job and the watchers' log", namespace = var.metrics_namespace, metric = "JobFailures", dimensions = local.watcher
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 3, minutes = 10, missing = "notBreaching"
    }
    sync_problems = {
      text = "A live table has lost its triggers or policies. Its changes are not recorded or not protected. The rows of app.check_sync() name the remedy", namespace = var.metrics_namespace, metric = "SyncProblems", dimensions = local.watcher
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 0, minutes = 2, missing = "notBreaching"
    }
    database_cpu = {
      text = "The database's writer uses more than 80 percent of its CPU. Writes and reads become slow. Check the most expensive statements and the instance class", namespace = "AWS/RDS", metric = "CPUUtilization", dimensions = merge(local.db, { Role = "WRITER" })
      stat = "Average", compare = "GreaterThanThreshold", limit = 80, minutes = 10, missing = "breaching"
    }
    database_memory = {
      text = "The database's writer has little free memory. It may restart. Check its connections and use a larger instance class", namespace = "AWS/RDS", metric = "FreeableMemory", dimensions = merge(local.db, { Role = "WRITER" })
      stat = "Minimum", compare = "LessThanThreshold", limit = var.limits.database_free_bytes, minutes = 5, missing = "notBreaching"
    }
    database_connections = {
      text = "The database has more connections than planned. New tasks may fail to connect. Check for clients other than the services", namespace = "AWS/RDS", metric = "DatabaseConnections", dimensions = merge(local.db, { Role = "WRITER" })
      stat = "Maximum", compare = "GreaterThanThreshold", limit = var.limits.database_connections, minutes = 5, missing = "notBreaching"
    }
  }

  # One for each node, because the average of a busy primary and idle replicas hides the load.
  redis_alarms = merge([for node in var.stores.redis_nodes : {
    "redis_cpu:${node}" = {
      text = "Redis node ${node} uses more than 80 percent of its CPU. Hints may be late. Check the rate of changes and use a larger node type", namespace = "AWS/ElastiCache", metric = "EngineCPUUtilization", dimensions = { CacheClusterId = node }
      stat = "Average", compare = "GreaterThanThreshold", limit = 80, minutes = 5, missing = "notBreaching"
    }
    "redis_memory:${node}" = {
      text = "Redis node ${node} uses more than 80 percent of its memory. It will refuse new jobs when full. Check the client output buffers and use a larger node type", namespace = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", dimensions = { CacheClusterId = node }
      stat = "Maximum", compare = "GreaterThanThreshold", limit = 80, minutes = 5, missing = "notBreaching"
    }
  }]...)

  # Graphs of the dashboard, in the order in which a change passes the parts.
  graphs = [
    { title = "Sockets", metrics = [[var.metrics_namespace, "ActiveConnections", "Service", "gateway", { stat = "Sum", label = "all tasks" }], [".", ".", ".", ".", { stat = "Maximum", label = "fullest task" }]] },
    { title = "Subscriptions", metrics = [[var.metrics_namespace, "Subscriptions", "Service", "gateway", { stat = "Sum" }]] },
    { title = "Latency from change to hint, seconds", metrics = [[var.metrics_namespace, "ChangeLogLagSeconds", "Service", "watcher", { stat = "p50" }], [".", ".", ".", ".", { stat = "p99" }]] },
    { title = "Latency from change to gateway, seconds", metrics = [[var.metrics_namespace, "FeedLagSeconds", "Service", "gateway", { stat = "p50" }], [".", ".", ".", ".", { stat = "p99" }]] },
    { title = "Changes sequenced per minute", metrics = [[var.metrics_namespace, "ClaimedRows", "Service", "watcher", { stat = "Sum" }]] },
    { title = "Leading watchers, delayed gateways", metrics = [[var.metrics_namespace, "IsLeader", "Service", "watcher", { stat = "Sum" }], [".", "Delayed", ".", "gateway", { stat = "Sum" }]] },
    { title = "Log reads in place of hints, slow clients, errors", metrics = [[var.metrics_namespace, "Repairs", "Service", "gateway", { stat = "Sum" }], [".", "SlowCloses", ".", ".", { stat = "Sum" }], [".", "FeedErrors", ".", ".", { stat = "Sum" }], [".", "Errors", ".", "watcher", { stat = "Sum" }]] },
    { title = "CPU and memory of the tasks, percent", metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", var.services.cluster, "ServiceName", var.services.gateway], [".", "MemoryUtilization", ".", ".", ".", "."], [".", "CPUUtilization", ".", ".", ".", var.services.watcher]] },
    { title = "HTTP responses per minute", metrics = [["AWS/ApplicationELB", "HTTPCode_Target_2XX_Count", "LoadBalancer", var.load_balancer.arn_suffix, { stat = "Sum" }], [".", "HTTPCode_Target_4XX_Count", ".", ".", { stat = "Sum" }], [".", "HTTPCode_Target_5XX_Count", ".", ".", { stat = "Sum" }]] },
    { title = "Healthy and unhealthy gateways", metrics = [["AWS/ApplicationELB", "HealthyHostCount", "TargetGroup", var.load_balancer.target_group_arn_suffix, "LoadBalancer", var.load_balancer.arn_suffix], [".", "UnHealthyHostCount", ".", ".", ".", "."]] },
    { title = "Database: CPU percent, connections", metrics = [["AWS/RDS", "CPUUtilization", "DBClusterIdentifier", var.stores.database_cluster, "Role", "WRITER"], [".", "DatabaseConnections", ".", ".", ".", ".", { yAxis = "right" }]] },
    { title = "Redis CPU, percent", metrics = [for node in var.stores.redis_nodes : ["AWS/ElastiCache", "EngineCPUUtilization", "CacheClusterId", node]] },
  ]
}

################################################################################
# Notifications
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
