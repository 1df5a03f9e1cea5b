locals {
  full_name = "${var.name}-${var.part}"
  # Without the key of a JSON secret, which IAM does not support.
  secret_arns = distinct([for arn in values(var.secrets) : join(":", slice(split(":", arn), 0, min(7, length(split(":", arn)))))])
  probe       = var.health == null ? null : "fetch('http://127.0.0.1:${var.health.port}${var.health.path}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"

  container = {
    name      = var.part
    image     = var.image.uri
    essential = true
    command   = var.command

    # ECS reads secrets only when a task starts. A new value here creates a new revision of the task, so running tasks are
    # replaced and get the new secrets, and a revision that fails with them is rolled back.
    dockerLabels = { "heliograph.secrets" = var.secrets_version }

    environment = [for name in sort(keys(var.environment)) : { name = name, value = var.environment[name] }]
    secrets     = [for name in sort(keys(var.secrets)) : { name = name, valueFrom = var.secrets[name] }]

    portMappings = var.health == null ? [] : [{ containerPort = var.health.port, protocol = "tcp" }]
    healthCheck = var.health == null ? null : {
      command     = ["CMD", "node", "--eval", local.probe]
      interval    = 15
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }

    stopTimeout            = var.stop.timeout_seconds
    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    # Every socket is an open file. The default of 1024 would refuse clients from about the 1000th on.
    ulimits = [{ name = "nofile", softLimit = 65535, hardLimit = 65535 }]

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.log.region
        awslogs-stream-prefix = var.part
        # A slow log service must not block the program that writes.
        mode            = "non-blocking"
        max-buffer-size = "16m"
      }
    }
  }

  assume_by_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

################################################################################
# Logs, which also carry the metrics
################################################################################

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}/${var.part}"
  retention_in_days = var.log.retention_days
  kms_key_id        = var.kms_key_arn
}

################################################################################
# Permissions: for starting the task, and for the task itself, which needs none
################################################################################

resource "aws_iam_role" "execution" {
  name               = "${local.full_name}-execution"
  description        = "${var.part}: starting the task with its image, secrets and log"
  assume_role_policy = local.assume_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
      }],
      var.image.repository_arn == null ? [] : [
        {
          Sid      = "Pull"
          Effect   = "Allow"
          Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
          Resource = [var.image.repository_arn]
        },
        {
          # The action supports no resource: the token is valid for the account's registry.
          Sid      = "SignInToRegistry"
          Effect   = "Allow"
          Action   = ["ecr:GetAuthorizationToken"]
          Resource = ["*"]
        },
      ],
      length(local.secret_arns) == 0 ? [] : [
        {
          Sid      = "Secrets"
          Effect   = "Allow"
          Action   = ["secretsmanager:GetSecretValue"]
          Resource = local.secret_arns
        },
        {
          Sid      = "SecretsAreEncrypted"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [var.kms_key_arn]
        },
      ],
    )
  })
}

resource "aws_iam_role" "task" {
  name               = "${local.full_name}-task"
  description        = "${var.part}: the program itself, which calls no AWS API"
  assume_role_policy = local.assume_by_tasks
}

################################################################################
# Task
################################################################################

resource "aws_ecs_task_definition" "this" {
  family                   = local.full_name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.size.cpu
  memory                   = var.size.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode([local.container])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.size.architecture
  }

  # Old revisions stay registered, so that a manual rollback can use them.
  skip_destroy = true

  depends_on = [aws_iam_role_policy.execution]
}

################################################################################
# Service
################################################################################

resource "aws_ecs_service" "this" {
  count = var.service == null ? 0 : 1

  name            = var.part
  cluster         = var.cluster_name
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.service.tasks
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"

  deployment_minimum_healthy_percent = var.service.min_healthy_percent
  deployment_maximum_percent         = var.service.max_percent
  availability_zone_rebalancing      = "ENABLED"
  health_check_grace_period_seconds  = var.service.target_group_arn == null ? null : 60
  # Resources that follow wait for this, so gateways are replaced only after the watchers.
  wait_for_steady_state  = true
  enable_execute_command = false

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.service.subnet_ids
    security_groups  = [var.service.security_group_id]
    assign_public_ip = false
  }

  dynamic "load_balancer" {
    for_each = var.service.target_group_arn == null ? [] : [var.service.target_group_arn]

    content {
      target_group_arn = load_balancer.value
      container_name   = var.part
      container_port   = var.health.port
    }
  }

  lifecycle {
    # Autoscaling owns this value. A deployment at peak load must not shrink the fleet to its initial size.
    ignore_changes = [desired_count]

    # A service that was rolled back is steady as well. Without this check the deployment would count as complete, and the
    # resources that follow would be deployed next to the old version.
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.this.arn
      error_message = "${var.part} failed to start in this version and was rolled back. Its last log lines and `aws ecs describe-services` say why."
    }
  }

  # The fleet is replaced in batches, each of which drains for minutes. The provider's default is 20 minutes.
  timeouts {
    create = "60m"
    update = "120m"
  }
}

################################################################################
# Autoscaling
################################################################################

resource "aws_appautoscaling_target" "this" {
  count = var.autoscaling == null ? 0 : 1

  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster_name}/${aws_ecs_service.this[0].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.autoscaling.min_tasks
  max_capacity       = var.autoscaling.max_tasks
}

# Scales out after one minute and in after 15 minutes, because a task that stops makes each of its sockets reconnect.
resource "aws_appautoscaling_policy" "connections" {
  count = var.autoscaling == null ? 0 : 1

  name               = "${local.full_name}-connections"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = var.autoscaling.connections_per_task
    scale_out_cooldown = 60
    scale_in_cooldown  = 900

    customized_metric_specification {
      # Each task writes its number of sockets once a minute. Dividing by the number of lines stays correct when a line is missing.
      metrics {
        id          = "per_task"
        expression  = "sockets / lines"
        label       = "sockets per task"
        return_data = true
      }

      metrics {
        id          = "sockets"
        return_data = false

        metric_stat {
          stat = "Sum"

          metric {
            namespace   = var.autoscaling.metrics_namespace
            metric_name = "ActiveConnections"

            dimensions {
              name  = "Service"
              value = var.part
            }
          }
        }
      }

      metrics {
        id          = "lines"
        return_data = false

        metric_stat {
          stat = "SampleCount"

          metric {
            namespace   = var.autoscaling.metrics_namespace
            metric_name = "ActiveConnections"

            dimensions {
              name  = "Service"
              value = var.part
            }
          }
        }
      }
    }
  }
}

resource "aws_appautoscaling_policy" "load" {
  for_each = var.autoscaling == null ? {} : {
    ECSServiceAverageCPUUtilization    = var.autoscaling.cpu_percent
    ECSServiceAverageMemoryUtilization = var.autoscaling.memory_percent
  }

  name               = "${local.full_name}-${lower(trimprefix(each.key, "ECSServiceAverage"))}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = each.value
    scale_out_cooldown = 60
    scale_in_cooldown  = 900

    predefined_metric_specification {
      predefined_metric_type = each.key
    }
  }
}
