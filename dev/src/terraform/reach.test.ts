import { expect, test } from "vitest";
import { reachProblems } from "./reach.ts";
import type { Resource } from "./test-run.ts";

const resource = (address: string, values: Resource["values"]): Resource => ({
  address,
  type: /(aws_\w+)\./.exec(address)?.[1] ?? "",
  values,
});
const rule = (name: string, from: string, to: string, port: number) =>
  resource(`module.security.aws_vpc_security_group_ingress_rule.inside["${name}"]`, {
    security_group_id: `sg-${to}`,
    referenced_security_group_id: `sg-${from}`,
    from_port: port,
    to_port: port,
  });
const service = (name: string, subnet: string, group: string) =>
  resource(`module.${name}.aws_ecs_service.this[0]`, {
    name,
    network_configuration: [{ subnets: [`subnet-${subnet}`], security_groups: [`sg-${group}`] }],
  });

const sound: readonly Resource[] = [
  ...["alb", "gateway", "watcher", "migrate", "database", "redis"].map((key) =>
    resource(`module.security.aws_security_group.this["${key}"]`, { id: `sg-${key}` }),
  ),
  ...["public", "private", "data"].map((kind) =>
    resource(`module.network.aws_subnet.${kind}["a"]`, { id: `subnet-${kind}` }),
  ),
  rule("alb_to_gateway", "alb", "gateway", 4000),
  ...["gateway", "watcher", "migrate"].map((from) => rule(`${from}_to_database`, from, "database", 5432)),
  ...["gateway", "watcher"].map((from) => rule(`${from}_to_redis`, from, "redis", 6379)),
  resource('module.security.aws_vpc_security_group_ingress_rule.clients["0.0.0.0/0_443"]', {
    security_group_id: "sg-alb",
    cidr_ipv4: "0.0.0.0/0",
  }),
  resource("module.database.aws_db_subnet_group.this", { subnet_ids: ["subnet-data"] }),
  resource("module.database.aws_rds_cluster.this", { vpc_security_group_ids: ["sg-database"] }),
  service("gateway", "private", "gateway"),
  service("watcher", "private", "watcher"),
];

test("a stack whose parts reach each other and are in the right subnets breaks no rule", () => {
  expect(reachProblems(sound, true)).toEqual([]);
});

test.each([
  [rule("x", "alb", "database", 5432), "opens alb to database on 5432"],
  [rule("x", "watcher", "gateway", 4000), "opens watcher to gateway on 4000"],
  [rule("x", "gateway", "database", 22), "opens gateway to database on 22"],
  [
    resource('module.security.aws_vpc_security_group_ingress_rule.office["x"]', {
      security_group_id: "sg-gateway",
      cidr_ipv4: "10.0.0.0/8",
    }),
    "lets in by address, not by group",
  ],
  [
    resource('module.security.aws_vpc_security_group_ingress_rule.clients["x"]', {
      security_group_id: "sg-gateway",
      cidr_ipv4: "0.0.0.0/0",
    }),
    "lets clients in to gateway",
  ],
  [
    resource("module.redis.aws_elasticache_subnet_group.this", { subnet_ids: ["subnet-private"] }),
    "lies in a private subnet",
  ],
  [service("gateway", "public", "gateway"), "lies in a public subnet"],
  [service("gateway", "private", "alb"), "is in the group alb"],
  [service("gateway", "private", "unknown"), "is in the group of another stack"],
])("%j is reported", (more, problem) => {
  expect(reachProblems([...sound, more], true).join()).toContain(problem);
});

test("a missing path is reported for created resources, and not for a plan, which knows few ids", () => {
  const less = sound.filter(({ address }) => !address.includes("watcher_to_redis"));
  expect(reachProblems(less, true)).toEqual(["watcher to redis on 6379 is closed"]);
  expect(reachProblems(less, false)).toEqual([]);
  const planned = sound.map((entry) => ({ ...entry, values: { name: entry.values["name"] } }));
  expect(reachProblems(planned, false)).toEqual([]);
});
