#!/bin/sh
# Brings one environment to the images that its terraform.tfvars names, without an interruption:
# schema first (it must fit the version before as well), then watchers, then gateways, then the application's files.
#   infra/terraform/deploy.sh <dev|staging|prod> [arguments of terraform apply]
# Shows each of its two plans and asks for a yes; with -auto-approve, where nobody can answer, it does not ask.
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
# -input=false: a secret that is not in the environment is an error, not a question. The approval is asked for nevertheless.
terraform apply -input=false -target=module.heliograph.module.network -target=module.heliograph.module.security \
  -target=module.heliograph.module.database -target=module.heliograph.module.migrate "$@"

# Where the stack is, whatever region the shell or its profile prefers: a cluster of that name may be there too.
AWS_REGION=$(told region)
[ -n "$AWS_REGION" ] || { say "the stack does not tell its region"; exit 1; }
AWS_DEFAULT_REGION=$AWS_REGION
export AWS_REGION AWS_DEFAULT_REGION

say "2/4 schema and logins"
cluster=$(told cluster_name)
task=$(aws ecs run-task --cluster "$cluster" --launch-type FARGATE --task-definition "$(told migrate.task_definition)" \
  --network-configuration "awsvpcConfiguration={subnets=[$(told migrate.subnet_ids)],securityGroups=[$(told migrate.security_group_id)],assignPublicIp=DISABLED}" \
  --query 'tasks[0].taskArn' --output text)
case $task in arn:*) ;; *) say "the migration could not be started"; exit 1 ;; esac
migration() { aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query "tasks[0].$1" --output text; }
# Not `aws ecs wait`: it gives up after ten minutes, and an index of a large table takes longer. A migration that hangs is
# ended by hand; nothing else has been changed by then.
looks=0
until status=$(migration lastStatus) && [ "$status" = STOPPED ]; do
  looks=$((looks + 1))
  [ $((looks % 12)) != 0 ] || say "the migration is ${status:-unknown} since $((looks / 12)) min; its log: aws logs tail $(told migrate.log_group); to end it: aws ecs stop-task --cluster $cluster --task $task"
  sleep 5
done
code=$(migration 'containers[0].exitCode')
if [ "$code" != 0 ]; then
  say "the migration ended with $code ($(migration stoppedReason)), nothing else was changed; its log: aws logs tail $(told migrate.log_group)"
  exit 1
fi

say "3/4 watchers, then gateways, each until steady; a version that does not come up is taken back"
terraform apply -input=false "$@"
# Steady is not deployed: a service that was rolled back is steady as well.
for part in watcher gateway; do
  wanted="$(told task_definitions.$part) COMPLETED"
  runs=$(aws ecs describe-services --cluster "$cluster" --services "$(told service_names.$part)" \
    --query "services[0].deployments[?status=='PRIMARY'] | [0].[taskDefinition, rolloutState]" --output text | tr '\t' ' ')
  if [ "$runs" != "$wanted" ]; then
    say "$part runs $runs and not $wanted: it was rolled back or is not done; the application was not changed"
    exit 1
  fi
done

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
