import { expect, test } from "vitest";
import { policyProblems } from "./policies.ts";
import type { Resource } from "./test-run.ts";

const policy = (statement: object) => JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });
const container = (more: object) =>
  JSON.stringify([
    {
      readonlyRootFilesystem: true,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
      environment: [{ name: "LOG_LEVEL", value: "info" }],
      ...more,
    },
  ]);

/** The smallest stack that breaks no rule. */
const sound: readonly Resource[] = [
  {
    address: "module.database.aws_rds_cluster.this",
    type: "aws_rds_cluster",
    values: {
      storage_encrypted: true,
      deletion_protection: true,
      skip_final_snapshot: false,
      backup_retention_period: 14,
    },
  },
  {
    address: "module.redis.aws_elasticache_replication_group.this",
    type: "aws_elasticache_replication_group",
    values: {
      at_rest_encryption_enabled: true,
      transit_encryption_mode: "required",
      automatic_failover_enabled: true,
      engine_version: "8.0",
      auto_minor_version_upgrade: "false",
    },
  },
  {
    address: "module.alb.aws_lb_listener.https",
    type: "aws_lb_listener",
    values: { protocol: "HTTPS", ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06" },
  },
  {
    address: "module.alb.aws_lb_listener_rule.closed",
    type: "aws_lb_listener_rule",
    values: { condition: [{ path_pattern: [{ values: ["/metrics", "/healthz/*"] }] }] },
  },
  {
    address: "module.watcher.aws_ecs_service.this[0]",
    type: "aws_ecs_service",
    values: {
      name: "watcher",
      desired_count: 2,
      network_configuration: [{ assign_public_ip: false }],
      deployment_circuit_breaker: [{ enable: true, rollback: true }],
    },
  },
  {
    address: "module.gateway.aws_iam_role_policy.execution",
    type: "aws_iam_role_policy",
    values: { policy: policy({ Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] }) },
  },
];

const production = (resources: readonly Resource[]) => policyProblems(resources, { protect: true });
const changed = (type: string, values: object) =>
  sound.map((resource) =>
    resource.type === type ? { ...resource, values: { ...resource.values, ...values } } : resource,
  );
const added = (type: string, values: object, address = `module.x.${type}.y`) => [
  ...sound,
  { address, type, values: values as Resource["values"] },
];

test("a sound stack breaks no rule", () => {
  expect(production(sound)).toEqual([]);
});

test.each([
  ["aws_rds_cluster", { storage_encrypted: false }, "is not encrypted"],
  ["aws_rds_cluster", { deletion_protection: false }, "can be deleted"],
  ["aws_rds_cluster", { master_password: "secret" }, "has its password in the state"],
  ["aws_elasticache_replication_group", { transit_encryption_mode: "preferred" }, "accepts connections without TLS"],
  ["aws_elasticache_replication_group", { auto_minor_version_upgrade: "true" }, "is upgraded automatically"],
  ["aws_lb_listener", { ssl_policy: "ELBSecurityPolicy-2016-08" }, "speaks old TLS"],
  ["aws_ecs_service", { load_balancer: [{}] }, "is behind the load balancer"],
  ["aws_ecs_service", { desired_count: 1 }, "runs in one task only"],
  ["aws_iam_role_policy", { policy: policy({ Action: "s3:*", Resource: "arn:x" }) }, "allows s3:*"],
  [
    "aws_iam_role_policy",
    { policy: policy({ Action: "s3:GetObject", Resource: "*" }) },
    "allows s3:GetObject on everything",
  ],
])("%s with %j %s", (type, values, problem) => {
  const [found, ...others] = production(changed(type, values));
  expect(found).toContain(problem);
  expect(others).toEqual([]);
});

test.each([
  [
    "aws_vpc_security_group_ingress_rule",
    { cidr_ipv4: "0.0.0.0/0", from_port: 5432, to_port: 5432 },
    "is open to every address on 5432",
  ],
  [
    "aws_vpc_security_group_ingress_rule",
    { cidr_ipv6: "::/0", from_port: 22, to_port: 22 },
    "is open to every address on 22",
  ],
  [
    "aws_vpc_security_group_ingress_rule",
    { cidr_ipv4: "0.0.0.0/0", from_port: 80, to_port: 443 },
    "is open to every address on 80 to 443",
  ],
  [
    "aws_vpc_security_group_egress_rule",
    { cidr_ipv4: "0.0.0.0/0", from_port: 80, to_port: 80 },
    "is open towards every address",
  ],
  ["aws_security_group", { ingress: [{}] }, "has rules of its own"],
  ["aws_rds_cluster_instance", { publicly_accessible: true }, "can be reached from outside"],
  [
    "aws_rds_cluster_instance",
    { publicly_accessible: false, engine_version: "17.5", auto_minor_version_upgrade: true },
    "is upgraded automatically",
  ],
  ["aws_cloudwatch_log_group", { kms_key_id: null, retention_in_days: 30 }, "is not encrypted"],
  ["aws_lb_target_group", { stickiness: [{ enabled: true }] }, "is sticky"],
  [
    "aws_ecs_task_definition",
    { container_definitions: container({ readonlyRootFilesystem: false }) },
    "can be written",
  ],
  [
    "aws_ecs_task_definition",
    { container_definitions: container({ environment: [{ name: "JWT_SECRET", value: "x" }] }) },
    "shows JWT_SECRET",
  ],
  [
    "aws_ecs_task_definition",
    { container_definitions: container({ environment: [{ name: "DATABASE_URL", value: "postgresql://a:b@c/d" }] }) },
    "shows DATABASE_URL",
  ],
])("%s with %j is reported", (type, values, problem) => {
  expect(production(added(type, values)).join()).toContain(problem);
});

test("a route from the data subnets to the internet and a bucket without its public access block are reported", () => {
  const route = { destination_cidr_block: "0.0.0.0/0" };
  const address = "module.network.aws_route.data";
  expect(production(added("aws_route", route, address))).toEqual([`${address} is a route to the internet`]);
  expect(production(added("aws_route", route, 'module.network.aws_route.private_nat["a"]'))).toEqual([]);
  expect(production(added("aws_s3_bucket", {})).join()).toContain("1 buckets, but 0 aws_s3_bucket_public_access_block");
});

test("a load balancer that forwards /metrics and a plan without a stack are reported", () => {
  expect(production(changed("aws_lb_listener_rule", { condition: [] })).join()).toContain("forwards /metrics");
  expect(production([]).join()).toContain("the plan has no aws_rds_cluster");
});

test("rules for production do not apply to other environments", () => {
  expect(policyProblems(changed("aws_rds_cluster", { deletion_protection: false }), { protect: false })).toEqual([]);
});
