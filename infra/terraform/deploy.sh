#!/bin/sh
# Brings one environment to the images that its terraform.tfvars names, without an interruption:
# schema first (it must fit the version before as well), then watchers, then gateways, then the application's files.
#   infra/terraform/deploy.sh <dev|staging|prod> [arguments of terraform apply]
# Stops at the first thing that fails; running it again goes on from there.
set -eu

environment=${1:?usage: deploy.sh <dev|staging|prod> [arguments of terraform apply]}
shift
folder=$(cd "$(dirname "$0")" && pwd)
cd "$folder/environments/$environment"

say() { printf '%s\n' "deploy: $*" >&2; }
# One value of what the stack tells, for example: told migrate.task_definition
told() { terraform output -json | node -e '
  const [output, ...path] = process.argv[1].split(".");
  let value = JSON.parse(require("node:fs").readFileSync(0, "utf8"))[output]?.value ?? "";
  for (const name of path) value = value?.[name] ?? "";
  process.stdout.write(Array.isArray(value) ? value.join(",") : String(value));' "$1"; }

say "1/4 the migration of this version, and what it stands on"
terraform apply -input=false -target=module.heliograph.module.network -target=module.heliograph.module.security \
  -target=module.heliograph.module.database -target=module.heliograph.module.migrate "$@"

say "2/4 schema and logins"
cluster=$(told cluster_name)
task=$(aws ecs run-task --cluster "$cluster" --launch-type FARGATE --task-definition "$(told migrate.task_definition)" \
  --network-configuration "awsvpcConfiguration={subnets=[$(told migrate.subnet_ids)],securityGroups=[$(told migrate.security_group_id)],assignPublicIp=DISABLED}" \
  --query 'tasks[0].taskArn' --output text)
case $task in arn:*) ;; *) say "the migration could not be started"; exit 1 ;; esac
aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
code=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
if [ "$code" != 0 ]; then
  say "the migration ended with $code, nothing else was changed; its log: aws logs tail $(told migrate.log_group)"
  exit 1
fi

say "3/4 watchers, then gateways, each until steady; a version that does not come up is taken back"
terraform apply -input=false "$@"

bucket=$(told web.bucket)
if [ -z "$bucket" ]; then
  say "4/4 no application here; done"
  exit 0
fi
say "4/4 the application"
VITE_API_URL=$(told api_url) VITE_WS_URL=$(told socket_url) npm --prefix "$folder/../.." run build --workspace @heliograph/web
# Hashed files first and without deleting: a page that is open still loads those of its own build.
aws s3 sync "$folder/../../web/dist/assets" "s3://$bucket/assets" --cache-control "public, max-age=31536000, immutable"
aws s3 cp "$folder/../../web/dist" "s3://$bucket" --recursive --exclude 'assets/*' --cache-control no-cache
aws cloudfront create-invalidation --distribution-id "$(told web.distribution_id)" --paths '/*' >/dev/null
say "done"
