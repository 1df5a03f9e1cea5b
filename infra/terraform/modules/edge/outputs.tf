output "web_bucket" {
  description = "Bucket of the application's files; null without application."
  value       = var.web == null ? null : aws_s3_bucket.web[0].id
}

output "distribution_id" {
  description = "Distribution to invalidate after an upload; null without application."
  value       = var.web == null ? null : aws_cloudfront_distribution.web[0].id
}

output "distribution_domain" {
  description = "Address of the distribution; point your own record there when DNS is not in Route 53."
  value       = var.web == null ? null : aws_cloudfront_distribution.web[0].domain_name
}
