output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_ecs_cluster.this.arn
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "repository_urls" {
  description = "URLs of the repositories, by image."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "repository_arns" {
  description = "ARNs of the repositories by image, for permissions to pull from exactly one."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}
