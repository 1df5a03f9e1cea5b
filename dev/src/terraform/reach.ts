import type { Resource } from "./test-run.ts";

/** All permitted connections between the parts: from, to and port. */
const PATHS = [
  "alb to gateway on 4000",
  "gateway to database on 5432",
  "gateway to redis on 6379",
  "migrate to database on 5432",
  "watcher to database on 5432",
  "watcher to redis on 6379",
];

/** The subnets that resources of a type belong to, by the attribute that names them. */
const PLACES: Readonly<Record<string, { attribute: string; kind: string }>> = {
  aws_db_subnet_group: { attribute: "subnet_ids", kind: "data" },
  aws_elasticache_subnet_group: { attribute: "subnet_ids", kind: "data" },
  aws_lb: { attribute: "subnets", kind: "public" },
  aws_ecs_service: { attribute: "subnets", kind: "private" },
};

/** The security group of each type of resource; a service has the group of its own name. */
const GUARDS: Readonly<Record<string, { attribute: string; group?: string }>> = {
  aws_rds_cluster: { attribute: "vpc_security_group_ids", group: "database" },
  aws_elasticache_replication_group: { attribute: "security_group_ids", group: "redis" },
  aws_lb: { attribute: "security_groups", group: "alb" },
  aws_ecs_service: { attribute: "security_groups" },
};

/** `gateway` of `module.security.aws_security_group.this["gateway"]`. */
const keyOf = (address: string): string => /\["([^"]+)"\]$/.exec(address)?.[1] ?? address;

/** Names for ids, which are known only by the resource they belong to. */
function namesOf(resources: readonly Resource[]): ReadonlyMap<unknown, string> {
  const names = new Map<unknown, string>();
  for (const { type, address, values } of resources) {
    if (values["id"] === undefined) continue;
    if (type === "aws_security_group") names.set(values["id"], keyOf(address));
    if (type === "aws_subnet") names.set(values["id"], /aws_subnet\.(\w+)/.exec(address)?.[1] ?? address);
  }
  return names;
}

/** Ids under an attribute, or in the network block of a service; null when not known yet. */
function idsOf({ values }: Resource, attribute: string): readonly unknown[] | null {
  const blocks = values["network_configuration"];
  const place = Array.isArray(blocks) ? (blocks[0] as Readonly<Record<string, unknown>>) : values;
  const ids = place[attribute];
  return Array.isArray(ids) && ids.every((id) => typeof id === "string") ? ids : null;
}

function rulesOf(resources: readonly Resource[], names: ReadonlyMap<unknown, string>, whole: boolean): string[] {
  const problems: string[] = [];
  const found = new Set<string>();
  for (const { type, address, values } of resources) {
    if (type !== "aws_vpc_security_group_ingress_rule") continue;
    const ranges = ["cidr_ipv4", "cidr_ipv6", "prefix_list_id"].filter((name) => typeof values[name] === "string");
    const to = names.get(values["security_group_id"]);
    if (address.includes(".clients[")) {
      if (to !== undefined && to !== "alb") problems.push(`${address} lets clients in to ${to}`);
      continue;
    }
    if (ranges.length > 0) problems.push(`${address} lets in by address, not by group`);
    const from = names.get(values["referenced_security_group_id"]);
    if (from === undefined || to === undefined) continue;
    const ports = new Set([values["from_port"], values["to_port"]]);
    const said = `${from} to ${to} on ${[...ports].join(" to ")}`;
    found.add(said);
    if (!PATHS.includes(said)) problems.push(`${address} opens ${said}`);
  }
  return [...problems, ...(whole ? PATHS.filter((said) => !found.has(said)).map((said) => `${said} is closed`) : [])];
}

/**
 * One sentence for each wrong connection between parts, and for each resource in a wrong subnet.
 * @param whole all resources were created, so all ids are known and every path must exist; a plan knows few ids
 */
export function reachProblems(resources: readonly Resource[], whole: boolean): string[] {
  const names = namesOf(resources);
  const problems = rulesOf(resources, names, whole);
  for (const resource of resources) {
    const { type, address, values } = resource;
    const place = PLACES[type];
    const guard = GUARDS[type];
    const subnets = place && idsOf(resource, place.attribute);
    const groups = guard && idsOf(resource, guard.attribute);
    if (whole && (subnets === null || groups === null)) problems.push(`${address} does not say where it lies`);
    for (const id of subnets ?? [])
      if (names.get(id) !== place?.kind) problems.push(`${address} lies in a ${names.get(id) ?? "foreign"} subnet`);
    const wanted = guard?.group ?? String(values["name"]);
    for (const id of groups ?? [])
      if (names.get(id) !== wanted) problems.push(`${address} is in the group ${names.get(id) ?? "of another stack"}`);
  }
  return problems;
}
