import type { Resource } from "./test-run.ts";

/** Rules for every stack, whatever its variables; `protect` adds those for production. */
export interface PolicyOptions {
  protect: boolean;
}

type Values = Readonly<Record<string, unknown>>;
/** A rule for the resources of one type: the problem of a resource, or null. */
type Rule = (values: Values, options: PolicyOptions) => string | null;

const isEveryAddress = (cidr: unknown): boolean => cidr === "0.0.0.0/0" || cidr === "::/0";
const first = (block: unknown): Values => (Array.isArray(block) ? ((block[0] as Values | undefined) ?? {}) : {});
const list = (block: unknown): readonly Values[] => (Array.isArray(block) ? (block as Values[]) : []);
/** Undefined means that the value is known only after creation, so it is set. */
const isSet = (value: unknown): boolean => value !== null && value !== "";

function onlyPorts(values: Values, cidr: unknown, ports: readonly number[], way: string): string | null {
  if (!isEveryAddress(cidr)) return null;
  const { from_port: from, to_port: to } = values;
  return from === to && ports.includes(Number(from)) ? null : `is open ${way} every address on ${from} to ${to}`;
}

/** Finds statements of a policy that allow more than they name. */
function broadStatements(policy: unknown): string | null {
  if (typeof policy !== "string") return null;
  const { Statement } = JSON.parse(policy) as {
    Statement: readonly { Effect: string; Action: unknown; Resource?: unknown }[];
  };
  for (const { Effect, Action, Resource } of Statement) {
    if (Effect !== "Allow") continue;
    const actions = [Action].flat().map(String);
    if (actions.some((action) => action === "*" || action.endsWith(":*"))) return `allows ${actions.join(", ")}`;
    const anything = [Resource].flat().includes("*");
    // The only action in use that supports no resource.
    if (anything && actions.join() !== "ecr:GetAuthorizationToken") return `allows ${actions.join(", ")} on everything`;
  }
  return null;
}

function containerProblem(text: unknown): string | null {
  if (typeof text !== "string") return null;
  for (const container of JSON.parse(text) as Values[]) {
    if (container["readonlyRootFilesystem"] !== true) return "has a root file system that can be written";
    if (container["privileged"] === true) return "is privileged";
    const linux = container["linuxParameters"] as Values | undefined;
    if (linux?.["initProcessEnabled"] !== true) return "has no init process";
    if (!JSON.stringify(linux["capabilities"] ?? {}).includes('"ALL"')) return "keeps capabilities";
    const inline = list(container["environment"]).find(
      ({ name, value }) => /SECRET|PASSWORD/.test(String(name)) || /:\/\/[^/@]*:[^/@]+@/.test(String(value)),
    );
    if (inline) return `shows ${String(inline["name"])} to every reader of the task definition`;
  }
  return null;
}

/** Automatic upgrades must be off: AWS would leave the declared version, and the next plan would revert the upgrade. */
const drifts = (values: Values): boolean =>
  isSet(values["engine_version"]) && String(values["auto_minor_version_upgrade"] ?? true) !== "false";

function parametersOf(values: Values): Record<string, string> {
  return Object.fromEntries(list(values["parameter"]).map(({ name, value }) => [String(name), String(value)]));
}

const rules: Readonly<Record<string, Rule>> = {
  aws_security_group: ({ ingress, egress }) =>
    list(ingress).length + list(egress).length > 0 ? "has rules of its own beside those that are counted" : null,
  aws_security_group_rule: () => "is the old kind of rule, which is not counted",
  aws_default_security_group: ({ ingress, egress }) =>
    list(ingress).length + list(egress).length > 0 ? "allows something" : null,
  aws_vpc_security_group_ingress_rule: (values) =>
    onlyPorts(values, values["cidr_ipv4"], [80, 443], "to") ?? onlyPorts(values, values["cidr_ipv6"], [80, 443], "to"),
  aws_vpc_security_group_egress_rule: (values) =>
    onlyPorts(values, values["cidr_ipv4"], [443], "towards") ??
    onlyPorts(values, values["cidr_ipv6"], [443], "towards"),
  aws_subnet: ({ map_public_ip_on_launch: gives }) => (gives === true ? "gives out public addresses" : null),
  aws_rds_cluster: (values, { protect }) => {
    if (values["storage_encrypted"] !== true || !isSet(values["kms_key_id"])) return "is not encrypted";
    if (isSet(values["master_password"] ?? null)) return "has its password in the state";
    if (protect && values["deletion_protection"] !== true) return "can be deleted";
    if (protect && values["skip_final_snapshot"] !== false) return "goes without a last snapshot";
    return protect && Number(values["backup_retention_period"]) < 7 ? "keeps backups for less than a week" : null;
  },
  aws_rds_cluster_instance: (values) => {
    if (values["publicly_accessible"] !== false) return "can be reached from outside";
    return drifts(values) ? "is upgraded automatically although its version is pinned" : null;
  },
  aws_rds_cluster_parameter_group: (values) =>
    parametersOf(values)["rds.force_ssl"] === "1" ? null : "accepts connections without TLS",
  aws_elasticache_replication_group: (values, { protect }) => {
    if (values["at_rest_encryption_enabled"] !== true && values["at_rest_encryption_enabled"] !== "true")
      return "is not encrypted";
    if (values["transit_encryption_mode"] !== "required") return "accepts connections without TLS";
    if (drifts(values)) return "is upgraded automatically although its version is pinned";
    return protect && values["automatic_failover_enabled"] !== true ? "waits for a new node when it loses one" : null;
  },
  aws_cloudwatch_log_group: ({ kms_key_id: key, retention_in_days: days }) =>
    !isSet(key) ? "is not encrypted" : Number(days) > 0 ? null : "keeps logs forever",
  aws_secretsmanager_secret: ({ kms_key_id: key }) => (isSet(key) ? null : "is not encrypted with our key"),
  aws_sns_topic: ({ kms_master_key_id: key }) => (isSet(key) ? null : "is not encrypted"),
  aws_ecr_repository: (values) => {
    if (first(values["encryption_configuration"])["encryption_type"] !== "KMS") return "is not encrypted with our key";
    if (values["image_tag_mutability"] !== "IMMUTABLE") return "lets a tag change its meaning";
    return first(values["image_scanning_configuration"])["scan_on_push"] === true ? null : "is not scanned";
  },
  aws_kms_key: ({ enable_key_rotation: rotates }) => (rotates === true ? null : "does not rotate"),
  aws_lb: (values, { protect }) => {
    if (values["drop_invalid_header_fields"] !== true) return "passes malformed headers on";
    if (Number(values["idle_timeout"]) <= 50) return "cuts sockets between two pings";
    return protect && values["enable_deletion_protection"] !== true ? "can be deleted" : null;
  },
  aws_lb_listener: (values) => {
    const action = first(values["default_action"]);
    if (values["protocol"] === "HTTPS")
      return String(values["ssl_policy"]).startsWith("ELBSecurityPolicy-TLS13-1-2") ? null : "speaks old TLS";
    return action["type"] === "redirect" ? null : "serves without TLS";
  },
  aws_lb_target_group: (values) => {
    if (first(values["stickiness"])["enabled"] !== false) return "is sticky";
    if (values["load_balancing_algorithm_type"] !== "least_outstanding_requests") return "fills new tasks last";
    return Number(values["deregistration_delay"]) > 60 ? "postpones the drain" : null;
  },
  aws_cloudfront_distribution: (values) => {
    if (first(values["viewer_certificate"])["minimum_protocol_version"] !== "TLSv1.2_2021") return "speaks old TLS";
    const behaviour = first(values["default_cache_behavior"]);
    return behaviour["viewer_protocol_policy"] === "redirect-to-https" ? null : "serves without TLS";
  },
  aws_s3_bucket_public_access_block: (values) => {
    const switches = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
    return switches.every((name) => values[name] === true) ? null : "leaves a way to the public";
  },
  aws_iam_role_policy: ({ policy }) => broadStatements(policy),
  aws_ecs_task_definition: ({ container_definitions: containers }) => containerProblem(containers),
  aws_ecs_service: (values) => {
    if (first(values["network_configuration"])["assign_public_ip"] !== false) return "gives its tasks public addresses";
    const breaker = first(values["deployment_circuit_breaker"]);
    if (breaker["enable"] !== true || breaker["rollback"] !== true) return "does not take a bad deployment back";
    const balanced = list(values["load_balancer"]).length;
    if (values["name"] === "watcher" && balanced > 0) return "is behind the load balancer";
    return Number(values["desired_count"]) >= 2 ? null : "runs in one task only";
  },
};

/** The number of resources of a type. */
const countOf = (resources: readonly Resource[], type: string): number =>
  resources.filter((resource) => resource.type === type).length;

/** Problems of the stack as a whole: missing resources, and numbers that do not match. */
function missing(resources: readonly Resource[]): string[] {
  const problems: string[] = [];
  const buckets = countOf(resources, "aws_s3_bucket");
  for (const type of [
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_policy",
  ])
    if (countOf(resources, type) !== buckets)
      problems.push(`${buckets} buckets, but ${countOf(resources, type)} ${type}`);
  const ways = resources.filter(
    ({ type, values }) => type === "aws_route" && isEveryAddress(values["destination_cidr_block"]),
  );
  for (const { address } of ways)
    if (!/aws_route\.(public_internet|private_nat)(\[|$)/.test(address))
      problems.push(`${address} is a route to the internet`);
  const closed = resources.find(({ type, address }) => type === "aws_lb_listener_rule" && address.includes("closed"));
  const paths = JSON.stringify(closed?.values["condition"] ?? []);
  for (const path of ["/metrics", "/healthz/*"])
    if (!paths.includes(`"${path}"`)) problems.push(`the load balancer forwards ${path}`);
  return problems;
}

/** One sentence for each resource that breaks a rule, and for each missing resource. */
export function policyProblems(resources: readonly Resource[], options: PolicyOptions): string[] {
  const own = resources.flatMap(({ type, address, values }) => {
    const problem = rules[type]?.(values, options) ?? null;
    return problem === null ? [] : [`${address} ${problem}`];
  });
  // A rule without resources proves nothing, so the plan must be one of a whole stack.
  const unseen = [
    "aws_rds_cluster",
    "aws_elasticache_replication_group",
    "aws_lb_listener",
    "aws_ecs_service",
    "aws_iam_role_policy",
  ];
  return [
    ...own,
    ...missing(resources),
    ...unseen.filter((type) => countOf(resources, type) === 0).map((type) => `the plan has no ${type}`),
  ];
}
