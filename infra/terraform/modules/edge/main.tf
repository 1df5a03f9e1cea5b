locals {
  web_count = var.web == null ? 0 : 1
  waf_count = var.waf == null ? 0 : 1

  # CachingOptimized, managed by AWS: it compresses, and caches as long as the file's headers say.
  caching_optimized_id = "658327ea-f89d-4fab-a63d-7e88639e58f6"

  # The policy of the demo's front door, plus the gateways, which have their own domain here.
  content_security_policy = join("; ", [
    "default-src 'self'",
    "connect-src 'self' https://${var.api_domain} wss://${var.api_domain}",
    "img-src 'self' data: blob:",
    "style-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ])

  managed_rules = {
    AWSManagedRulesAmazonIpReputationList = 10
    AWSManagedRulesKnownBadInputsRuleSet  = 20
    AWSManagedRulesCommonRuleSet          = 30
  }

  # Rules that would block normal use: bodies above 8 KB (documents), URLs with 200 ids, text about markup, and socket clients
  # that are not browsers. They only count in both modes; the gateways have their own limits for all of this.
  counted_rules = {
    AWSManagedRulesCommonRuleSet = ["SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING", "CrossSiteScripting_BODY", "NoUserAgent_HEADER"]
  }
}

################################################################################
# The application's files
################################################################################

resource "aws_s3_bucket" "web" {
  count = local.web_count

  bucket_prefix = "${var.name}-web-"
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_public_access_block" "web" {
  count = local.web_count

  bucket                  = aws_s3_bucket.web[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "web" {
  count = local.web_count

  bucket = aws_s3_bucket.web[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# A faulty build can be rolled back to the version before it.
resource "aws_s3_bucket_versioning" "web" {
  count = local.web_count

  bucket = aws_s3_bucket.web[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "web" {
  count = local.web_count

  bucket = aws_s3_bucket.web[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyThisDistributionReads"
        Effect    = "Allow"
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.web[0].arn}/*"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.web[0].arn } }
      },
      {
        # With this permission a missing file is answered with 404, without it with 403.
        Sid       = "OnlyThisDistributionLists"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = aws_s3_bucket.web[0].arn
        Principal = { Service = "cloudfront.amazonaws.com" }
        Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.web[0].arn } }
      },
      {
        Sid       = "OnlyEncryptedConnections"
        Effect    = "Deny"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.web[0].arn, "${aws_s3_bucket.web[0].arn}/*"]
        Principal = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.web]
}

################################################################################
# CloudFront
################################################################################

resource "aws_cloudfront_origin_access_control" "web" {
  count = local.web_count

  name                              = "${var.name}-web"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# Every page of the application is served by index.html. A missing asset of an earlier build stays a 404.
resource "aws_cloudfront_function" "pages" {
  count = local.web_count

  name    = "${var.name}-pages"
  runtime = "cloudfront-js-2.0"
  comment = "paths without a file name get index.html"
  publish = true
  code    = <<-EOT
    function handler(event) {
      var request = event.request;
      if (!request.uri.startsWith("/assets/") && !/\.[a-z0-9]+$/i.test(request.uri)) request.uri = "/index.html";
      return request;
    }
  EOT
}

resource "aws_cloudfront_response_headers_policy" "web" {
  count = local.web_count

  name = "${var.name}-web"

  security_headers_config {
    content_security_policy {
      content_security_policy = local.content_security_policy
      override                = true
    }

    content_type_options {
      override = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }

    strict_transport_security {
      access_control_max_age_sec = 31536000
      override                   = true
    }
  }

  custom_headers_config {
    items {
      header   = "cross-origin-opener-policy"
      value    = "same-origin"
      override = true
    }

    items {
      header   = "permissions-policy"
      value    = "camera=(), microphone=(), geolocation=()"
      override = true
    }
  }
}

resource "aws_cloudfront_distribution" "web" {
  count = local.web_count

  enabled             = true
  is_ipv6_enabled     = true
  comment             = var.name
  aliases             = [var.web.domain]
  default_root_object = "index.html"
  price_class         = var.price_class
  http_version        = "http2and3"

  origin {
    origin_id                = "files"
    domain_name              = aws_s3_bucket.web[0].bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.web[0].id
  }

  default_cache_behavior {
    target_origin_id           = "files"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    viewer_protocol_policy     = "redirect-to-https"
    cache_policy_id            = local.caching_optimized_id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.web[0].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.pages[0].arn
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.web.certificate_arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }
}

resource "aws_route53_record" "web" {
  for_each = try(var.web.zone_id, null) == null ? toset([]) : toset(["A", "AAAA"])

  zone_id = var.web.zone_id
  name    = var.web.domain
  type    = each.key

  alias {
    name                   = aws_cloudfront_distribution.web[0].domain_name
    zone_id                = aws_cloudfront_distribution.web[0].hosted_zone_id
    evaluate_target_health = false
  }
}

################################################################################
# Firewall of the gateways
################################################################################

resource "aws_wafv2_web_acl" "api" {
  count = local.waf_count

  name        = "${var.name}-api"
  description = "gateways of ${var.name}"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "requests-per-address"
    priority = 1

    action {
      dynamic "block" {
        for_each = var.waf.mode == "block" ? [1] : []
        content {}
      }

      dynamic "count" {
        for_each = var.waf.mode == "count" ? [1] : []
        content {}
      }
    }

    statement {
      rate_based_statement {
        limit              = var.waf.requests_per_address
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "requests-per-address"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = local.managed_rules

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        dynamic "none" {
          for_each = var.waf.mode == "block" ? [1] : []
          content {}
        }

        dynamic "count" {
          for_each = var.waf.mode == "count" ? [1] : []
          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key

          dynamic "rule_action_override" {
            for_each = lookup(local.counted_rules, rule.key, [])

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${var.name}-api"
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "api" {
  count = local.waf_count

  resource_arn = var.alb_arn
  web_acl_arn  = aws_wafv2_web_acl.api[0].arn
}
