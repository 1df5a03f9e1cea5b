output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer, one per zone."
  value       = [for zone in var.availability_zones : aws_subnet.public[zone].id]
}

output "public_subnet_cidrs" {
  description = "IPv4 ranges of the public subnets. Gateways trust X-Forwarded-For only from them."
  value       = [for zone in var.availability_zones : aws_subnet.public[zone].cidr_block]
}

output "private_subnet_ids" {
  description = "Subnets of the tasks, one per zone."
  # After their routes: a task that starts before them cannot pull its image.
  value      = [for zone in var.availability_zones : aws_subnet.private[zone].id]
  depends_on = [aws_route.private_nat, aws_route_table_association.private]
}

output "data_subnet_ids" {
  description = "Subnets of database and Redis, one per zone."
  value       = [for zone in var.availability_zones : aws_subnet.data[zone].id]
}

output "nat_addresses" {
  description = "Public addresses of the tasks' outgoing connections."
  value       = [for zone, address in aws_eip.nat : address.public_ip]
}
