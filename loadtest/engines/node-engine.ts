import { ownCpuSeconds } from "../deployment/deployment-sampler.ts";
import type { Plan } from "../plan/plan.ts";
import type { Engine, EngineParts } from "./engine.ts";
import { createNodePorts } from "./node-ports.ts";
import { sharedRowVersions } from "./row-versions.ts";
import { type RunTimeline, runWorkloads } from "./run-workloads.ts";

/** Time between the start of the timeline's clock and the first journey, for setting all of them up, milliseconds. */
const leadMs = 200;

/** The engine that runs the journeys in this process. */
export const nodeEngine: Engine = {
  name: "node",
  cpuSeconds: ownCpuSeconds,
  // All work happens on one event loop.
  cores: 1,
  async run(plan, timeline, parts) {
    timeline.begin(Date.now() + leadMs);
    await runInProcess(plan, timeline, parts);
  },
};

/** Runs the journeys of workloads in this process. */
export async function runInProcess(
  plan: Plan,
  timeline: RunTimeline,
  { workloads, deployment, recording, signal }: EngineParts,
): Promise<void> {
  using ports = createNodePorts(recording);
  const { users, rows } = deployment;
  const currentVersions = sharedRowVersions(ports, plan, { users, rows });
  await runWorkloads(workloads, { ports, plan, timeline, users, rows, currentVersions }, signal);
}
