output "arn" {
  description = "The load balancer, for the firewall."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "How metrics name the load balancer."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "Address of the load balancer; point your own record there when DNS is not in Route 53."
  value       = aws_lb.this.dns_name
}

output "target_group_arn" {
  description = "Where gateways register."
  value       = aws_lb_target_group.gateway.arn
}

output "target_group_arn_suffix" {
  description = "How metrics name the target group."
  value       = aws_lb_target_group.gateway.arn_suffix
}

output "https_listener_arn" {
  description = "Listener of 443. A service must not be made before it: a target group without listener takes no targets."
  value       = aws_lb_listener.https.arn
}
