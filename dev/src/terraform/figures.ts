import type { Resource } from "./test-run.ts";

/** An expected value: part of the resource's address, path through its values (numbers are list indexes), the value. */
type Figure = readonly [address: string, way: readonly (string | number)[], value: unknown];

const connections = "target_tracking_scaling_policy_configuration";
const specification = [connections, 0, "customized_metric_specification", 0, "metrics"] as const;
const metric = (id: string) => [...specification, `id=${id}`, "metric_stat", 0] as const;

/**
 * The figures that sockets depend on, as production has them. They must fit together: the ping interval is shorter than the
 * idle timeout, the drain shorter than the stop timeout, and a gateway may be unready for longer than a database failover.
 */
const FIGURES: readonly Figure[] = [
  ["aws_lb.this", ["idle_timeout"], 300],
  ["aws_lb_target_group.gateway", ["deregistration_delay"], "30"],
  ["aws_lb_target_group.gateway", ["stickiness", 0, "enabled"], false],
  ["aws_lb_target_group.gateway", ["load_balancing_algorithm_type"], "least_outstanding_requests"],
  ["aws_lb_target_group.gateway", ["health_check", 0, "path"], "/healthz/ready"],
  ["aws_lb_target_group.gateway", ["health_check", 0, "interval"], 10],
  ["aws_lb_target_group.gateway", ["health_check", 0, "unhealthy_threshold"], 10],
  ["module.gateway.aws_ecs_task_definition.this", ["container_definitions", 0, "stopTimeout"], 120],
  [
    "module.gateway.aws_ecs_task_definition.this",
    ["container_definitions", 0, "environment", "name=DRAIN_MS", "value"],
    "90000",
  ],
  [
    "module.gateway.aws_ecs_task_definition.this",
    ["container_definitions", 0, "environment", "name=KEEP_ALIVE_MS", "value"],
    "310000",
  ],
  [
    "module.gateway.aws_ecs_task_definition.this",
    ["container_definitions", 0, "environment", "name=PING_INTERVAL_MS", "value"],
    "25000",
  ],
  [
    "module.gateway.aws_ecs_task_definition.this",
    ["container_definitions", 0, "dockerLabels", "heliograph.secrets"],
    "keys 1, passwords 1",
  ],
  [
    "module.watcher.aws_ecs_task_definition.this",
    ["container_definitions", 0, "dockerLabels", "heliograph.secrets"],
    "passwords 1",
  ],
  ["module.gateway.aws_ecs_service.this", ["deployment_minimum_healthy_percent"], 100],
  ["module.gateway.aws_ecs_service.this", ["deployment_maximum_percent"], 150],
  ["module.gateway.aws_ecs_service.this", ["wait_for_steady_state"], true],
  ["module.gateway.aws_ecs_service.this", ["timeouts", "update"], "120m"],
  ["module.watcher.aws_ecs_service.this", ["deployment_minimum_healthy_percent"], 100],
  ["module.watcher.aws_ecs_service.this", ["deployment_maximum_percent"], 150],
  ["module.watcher.aws_ecs_service.this", ["wait_for_steady_state"], true],
  ["module.gateway.aws_appautoscaling_target.this", ["min_capacity"], 3],
  ["module.gateway.aws_appautoscaling_target.this", ["max_capacity"], 20],
  ["module.gateway.aws_appautoscaling_policy.connections", [connections, 0, "target_value"], 7000],
  ["module.gateway.aws_appautoscaling_policy.connections", [connections, 0, "scale_out_cooldown"], 60],
  ["module.gateway.aws_appautoscaling_policy.connections", [connections, 0, "scale_in_cooldown"], 900],
  [
    "module.gateway.aws_appautoscaling_policy.connections",
    [...specification, "id=per_task", "expression"],
    "sockets / lines",
  ],
  ["module.gateway.aws_appautoscaling_policy.connections", [...metric("sockets"), "stat"], "Sum"],
  ["module.gateway.aws_appautoscaling_policy.connections", [...metric("lines"), "stat"], "SampleCount"],
  ["module.gateway.aws_appautoscaling_policy.load", [connections, 0, "scale_in_cooldown"], 900],
  // 1.5 x 20 gateways with 26 connections, old and new watchers with 4, and ten for operators: below the instance's limit.
  ['aws_cloudwatch_metric_alarm.this["database_connections"]', ["threshold"], 806],
  ['aws_cloudwatch_metric_alarm.this["watcher_standby_lost"]', ["threshold"], 2],
  ['aws_cloudwatch_metric_alarm.this["watcher_standby_lost"]', ["statistic"], "SampleCount"],
];

/** One step into a value: a name, an index, or `key=value` for the list element that has it. Text is parsed as JSON. */
function step(value: unknown, name: string | number): unknown {
  const inside = typeof value === "string" ? (JSON.parse(value) as unknown) : value;
  const [key = "", wanted] = String(name).split("=");
  if (Array.isArray(inside) && wanted !== undefined)
    return (inside as Readonly<Record<string, unknown>>[]).find((entry) => entry[key] === wanted);
  return (inside as Readonly<Record<string | number, unknown>> | null | undefined)?.[name];
}

/** One sentence for each figure that differs from the list above, or is missing. */
export function figureProblems(resources: readonly Resource[]): string[] {
  return FIGURES.flatMap(([place, way, value]) => {
    const met = resources.filter(({ address }) => address.includes(place));
    if (met.length === 0) return [`no resource matches ${place}`];
    return met.flatMap(({ address, values }) => {
      const found = way.reduce<unknown>(step, values);
      return found === value ? [] : [`${address}: ${way.join(".")} is ${JSON.stringify(found)}, not ${String(value)}`];
    });
  });
}
