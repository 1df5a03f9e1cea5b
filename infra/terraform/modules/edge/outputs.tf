output "web_bucket" {
  description = "Bucket of the application's files. Null without an application."
  value       = var.web == null ? null : aws_s3_bucket.web[0].id
}

output "distribution_id" {
  description = "Distribution to invalidate after an upload. Null without an application."
  value       = var.web == null ? null : aws_cloudfront_distribution.web[0].id
}

output "distribution_domain" {
  description = "DNS name of the distribution. Point your own record to it if DNS is not in Route 53."
  value       = var.web == null ? null : aws_cloudfront_distribution.web[0].domain_name
}
