output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer, one in each zone."
  value       = [for zone in var.availability_zones : aws_subnet.public[zone].id]
}

output "public_subnet_cidrs" {
  description = "Addresses of the load balancer, the only ones whose X-Forwarded-For is believed."
  value       = [for zone in var.availability_zones : aws_subnet.public[zone].cidr_block]
}

output "private_subnet_ids" {
  description = "Subnets of the tasks, one in each zone."
  # With their way out: a task that starts before it cannot load its image.
  value      = [for zone in var.availability_zones : aws_subnet.private[zone].id]
  depends_on = [aws_route.private_nat, aws_route_table_association.private]
}

output "data_subnet_ids" {
  description = "Subnets of database and Redis, one in each zone."
  value       = [for zone in var.availability_zones : aws_subnet.data[zone].id]
}

output "nat_addresses" {
  description = "Public addresses from which the tasks call out."
  value       = [for zone, address in aws_eip.nat : address.public_ip]
}
