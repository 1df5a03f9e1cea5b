output "heliograph" {
  description = "Everything that the stack tells; `terraform output -json heliograph`."
  value       = module.heliograph
}
