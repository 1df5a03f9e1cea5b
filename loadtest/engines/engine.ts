import type { Deployment } from "../deployment/deployment.ts";
import type { CpuSeconds } from "../deployment/deployment-sampler.ts";
import type { Plan } from "../plan/plan.ts";
import type { Workload } from "../plan/workload.ts";
import type { Recording } from "../report/recording.ts";
import type { LiveTimeline } from "./live-timeline.ts";

/** Runs the journeys of workloads. */
export interface Engine {
  readonly name: "node" | "k6";
  /** CPU time of the generator. */
  readonly cpuSeconds: CpuSeconds;
  /** Number of cores that the engine can use. */
  readonly cores: number;
  /** Starts the timeline when the engine is ready; resolves when every journey has ended. */
  run(plan: Plan, timeline: LiveTimeline, parts: EngineParts): Promise<void>;
}

export interface EngineParts {
  readonly workloads: readonly Workload[];
  readonly deployment: Deployment;
  readonly recording: Recording;
  readonly signal: AbortSignal;
}
