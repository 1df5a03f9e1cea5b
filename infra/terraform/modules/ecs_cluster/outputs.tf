output "cluster_arn" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.arn
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "repository_urls" {
  description = "Where to push the images, by name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "repository_arns" {
  description = "Repositories, for the right to pull from exactly one."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}
