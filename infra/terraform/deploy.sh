#!/bin/sh
# Deploys the images that an environment's terraform.tfvars names, without downtime:
# the schema (which must also fit the previous version), then watchers, gateways, and the application's files.
#   infra/terraform/deploy.sh <dev|staging|prod> [arguments of terraform apply]
# Shows its two plans and asks for approval of each. In a pipeline, -auto-approve skips the questions.
# Stops at the first failure; running it again continues from there.
set -eu

environment=${1:?usage: deploy.sh <dev|staging|prod> [arguments of terraform apply]}
shift
folder=$(cd "$(dirname "$0")" && pwd)
cd "$folder/environments/$environment"

log() { printf '%s\n' "deploy: $*" >&2; }
# Prints one value of the stack's outputs, for example: stack_output migrate.task_definition
stack_output() { terraform output -json | node -e '
  const [output, ...path] = process.argv[1].split(".");
  let value = JSON.parse(require("node:fs").readFileSync(0, "utf8"))[output]?.value ?? "";
  for (const name of path) value = value?.[name] ?? "";
  process.stdout.write(Array.isArray(value) ? value.join(",") : String(value));' "$1"; }

log "1/4 applying the migration task of this version and what it depends on"
# -input=false makes a secret that is missing in the environment an error instead of a question. It does not skip the approval.
terraform apply -input=false -target=module.heliograph.module.network -target=module.heliograph.module.security \
  -target=module.heliograph.module.database -target=module.heliograph.module.migrate "$@"

# The stack's own region, not the one of the shell or its profile, in which a cluster of the same name may exist.
AWS_REGION=$(stack_output region)
[ -n "$AWS_REGION" ] || { log "failed: the stack has no output region"; exit 1; }
AWS_DEFAULT_REGION=$AWS_REGION
export AWS_REGION AWS_DEFAULT_REGION

log "2/4 migrating the schema and creating the logins"
cluster=$(stack_output cluster_name)
task=$(aws ecs run-task --cluster "$cluster" --launch-type FARGATE --task-definition "$(stack_output migrate.task_definition)" \
  --network-configuration "awsvpcConfiguration={subnets=[$(stack_output migrate.subnet_ids)],securityGroups=[$(stack_output migrate.security_group_id)],assignPublicIp=DISABLED}" \
  --query 'tasks[0].taskArn' --output text)
case $task in arn:*) ;; *) log "failed to start the migration"; exit 1 ;; esac
migration() { aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query "tasks[0].$1" --output text; }
# Not `aws ecs wait`, which fails after ten minutes: an index of a large table takes longer. A migration that hangs has to be
# stopped by hand; nothing else has been changed by then.
polls=0
until status=$(migration lastStatus) && [ "$status" = STOPPED ]; do
  polls=$((polls + 1))
  [ $((polls % 12)) != 0 ] || log "the migration is ${status:-unknown} after $((polls / 12)) min; still waiting. Its log: aws logs tail $(stack_output migrate.log_group). To stop it: aws ecs stop-task --cluster $cluster --task $task"
  sleep 5
done
code=$(migration 'containers[0].exitCode')
if [ "$code" != 0 ]; then
  log "the migration failed with exit code $code ($(migration stoppedReason)); nothing else was changed. Its log: aws logs tail $(stack_output migrate.log_group)"
  exit 1
fi

log "3/4 deploying watchers, then gateways; a version that fails to start is rolled back"
terraform apply -input=false "$@"
# A steady service need not be deployed: one that was rolled back is steady as well.
for part in watcher gateway; do
  wanted="$(stack_output task_definitions.$part) COMPLETED"
  runs=$(aws ecs describe-services --cluster "$cluster" --services "$(stack_output service_names.$part)" \
    --query "services[0].deployments[?status=='PRIMARY'] | [0].[taskDefinition, rolloutState]" --output text | tr '\t' ' ')
  if [ "$runs" != "$wanted" ]; then
    log "$part runs $runs instead of $wanted: it was rolled back or is still deploying; the application was not changed"
    exit 1
  fi
done

bucket=$(stack_output web.bucket)
if [ -z "$bucket" ]; then
  log "4/4 no application to upload; done"
  exit 0
fi
log "4/4 building and uploading the application"
VITE_API_URL=$(stack_output api_url) VITE_WS_URL=$(stack_output socket_url) npm --prefix "$folder/../.." run build --workspace @heliograph/web
# Hashed files first, and without deleting old ones, which open pages of the previous build still load.
aws s3 sync "$folder/../../web/dist/assets" "s3://$bucket/assets" --cache-control "public, max-age=31536000, immutable"
aws s3 cp "$folder/../../web/dist" "s3://$bucket" --recursive --exclude 'assets/*' --cache-control no-cache
aws cloudfront create-invalidation --distribution-id "$(stack_output web.distribution_id)" --paths '/*' >/dev/null
log "done"
