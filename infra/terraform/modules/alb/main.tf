data "aws_caller_identity" "current" {}

locals {
  own_certificate = var.zone_id != null
  certificate_arn = local.own_certificate ? aws_acm_certificate_validation.this[0].certificate_arn : var.certificate_arn
  # Not for the public: these paths reveal the rate of changes and the state of the services.
  closed_paths = ["/metrics", "/metrics/*", "/healthz/*"]
}

################################################################################
# Certificate
################################################################################

resource "aws_acm_certificate" "this" {
  count = local.own_certificate ? 1 : 0

  domain_name       = var.domain
  validation_method = "DNS"

  tags = { Name = var.domain }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  count = local.own_certificate ? 1 : 0

  zone_id         = var.zone_id
  name            = one(aws_acm_certificate.this[0].domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.this[0].domain_validation_options).resource_record_type
  records         = [one(aws_acm_certificate.this[0].domain_validation_options).resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = local.own_certificate ? 1 : 0

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [aws_route53_record.validation[0].fqdn]
}

################################################################################
# Access logs
################################################################################

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "${var.name}-alb-logs-"
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket = aws_s3_bucket.logs.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# The only kind of encryption that the load balancer supports for its logs.
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_log_days
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "LoadBalancerWrites"
        Effect    = "Allow"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.logs.arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"
        Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      },
      {
        Sid       = "OnlyEncryptedConnections"
        Effect    = "Deny"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
        Principal = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.logs]
}

################################################################################
# Load balancer
################################################################################

resource "aws_lb" "this" {
  name               = var.name
  load_balancer_type = "application"
  internal           = false
  subnets            = var.subnet_ids
  security_groups    = [var.security_group_id]

  # An idle socket carries only a ping every 25 s. With the default of 60 s one lost ping can cut it.
  idle_timeout               = var.idle_timeout_seconds
  client_keep_alive          = 3600
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "defensive"
  # Append the caller's address, so that the gateway does not rely on what the caller claims.
  xff_header_processing_mode = "append"
  enable_deletion_protection = var.deletion_protection

  access_logs {
    enabled = true
    bucket  = aws_s3_bucket.logs.id
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_lb_target_group" "gateway" {
  # At most six characters. A prefix and not a fixed name, because the replacement is created before this one is deleted.
  name_prefix = "hg-gw-"
  vpc_id      = var.vpc_id
  target_type = "ip"
  port        = var.target_port
  protocol    = "HTTP"

  # A new task receives new sockets until it has as many as the others. With round robin it would lag behind for hours.
  load_balancing_algorithm_type = "least_outstanding_requests"
  deregistration_delay          = var.deregistration_delay_seconds

  # Sessions resume on any gateway. A cookie would send clients back to the task that is full.
  stickiness {
    enabled = false
    type    = "lb_cookie"
  }

  # Readiness does not depend on Redis. Losing it costs latency and must not remove all targets at once.
  health_check {
    path              = "/healthz/ready"
    matcher           = "200"
    interval          = 10
    timeout           = 5
    healthy_threshold = 2
    # 10 x 10 s = 100 s. During a database failover, which takes 30 to 60 s, no gateway is ready. With 3 x 10 s ECS would
    # replace the whole fleet and cut every socket. A single gateway that hangs is stopped earlier, by the health check of
    # its container (3 x 15 s).
    unhealthy_threshold = 10
  }

  tags = { Name = "${var.name}-gateway" }

  lifecycle {
    create_before_destroy = true
  }
}

################################################################################
# Listeners
################################################################################

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = local.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.gateway.arn
  }
}

resource "aws_lb_listener_rule" "closed" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 1

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Not found"
      status_code  = "404"
    }
  }

  condition {
    path_pattern {
      values = local.closed_paths
    }
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

################################################################################
# DNS record
################################################################################

resource "aws_route53_record" "this" {
  count = local.own_certificate ? 1 : 0

  zone_id = var.zone_id
  name    = var.domain
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
