/**
 * The scenarios under k6 1.6 or later. `npm run loadtest` writes the plan and starts this file with the paths of three JSON
 * files in PLAN, USERS and ROWS, and with the address of its start gate in GATE. The script loads nothing else.
 */
import { SharedArray } from "k6/data";
import execution from "k6/execution";
import http from "k6/http";
import type { JourneyContext } from "../journeys/journey.ts";
import { journeys } from "../journeys/journeys.ts";
import type { LoadUser, Plan, Timeline } from "../plan/plan.ts";
import type { JourneyName } from "../plan/workload.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import { zeroCounters } from "./k6-metrics.ts";
import { k6Options } from "./k6-options.ts";
import { k6Ports } from "./k6-ports.ts";

const plan = JSON.parse(open(__ENV["PLAN"] ?? "")) as Plan;
// One copy for all virtual users: ten thousand of them with ten thousand tokens each would not fit into memory.
const users = new SharedArray("users", () => JSON.parse(open(__ENV["USERS"] ?? "")) as LoadUser[]);
const rows = new SharedArray("rows", () => JSON.parse(open(__ENV["ROWS"] ?? "")) as string[]);

const scenario = scenarios.find(({ name }) => name === plan.scenario);
if (!scenario) throw new Error(`There is no scenario ${plan.scenario}.`);

export const options = k6Options(scenario, plan);

/** Notifies the runner that all virtual users exist, and returns the timeline, which the runner's actions follow as well. */
export function setup(): Timeline {
  zeroCounters();
  return JSON.parse(String(http.get(__ENV["GATE"] ?? "").body)) as Timeline;
}

function run(name: JourneyName, timeline: Timeline): Promise<void> {
  const { iterationInTest, name: workload } = execution.scenario;
  const context: JourneyContext = {
    ports: k6Ports,
    plan,
    timeline,
    users,
    rows,
    // There is one iteration per connection or per arrival, so the iteration's number is the number of either.
    index: iterationInTest,
    count: (options.scenarios?.[workload] as { vus?: number } | undefined)?.vus ?? 0,
  };
  return journeys[name](context);
}

export const holdRows = (timeline: Timeline): Promise<void> => run("holdRows", timeline);
export const writeRow = (timeline: Timeline): Promise<void> => run("writeRow", timeline);
export const work = (timeline: Timeline): Promise<void> => run("work", timeline);
export const visit = (timeline: Timeline): Promise<void> => run("visit", timeline);
export const idle = (timeline: Timeline): Promise<void> => run("idle", timeline);
export const abuse = (timeline: Timeline): Promise<void> => run("abuse", timeline);
