output "arn" {
  description = "ARN of the load balancer, for the firewall."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "The load balancer, as named in CloudWatch metrics."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "DNS name of the load balancer. Point your own record to it if DNS is not in Route 53."
  value       = aws_lb.this.dns_name
}

output "target_group_arn" {
  description = "Target group in which gateways register."
  value       = aws_lb_target_group.gateway.arn
}

output "target_group_arn_suffix" {
  description = "The target group, as named in CloudWatch metrics."
  value       = aws_lb_target_group.gateway.arn_suffix
}

output "https_listener_arn" {
  description = "Listener of port 443. Services must be created after it, because a target group without a listener accepts no targets."
  value       = aws_lb_listener.https.arn
}
