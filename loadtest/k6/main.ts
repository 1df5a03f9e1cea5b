/**
 * The scenarios under k6 (1.6 or later): `npm run loadtest` writes the plan and starts this file with PLAN, USERS and ROWS
 * as the paths of three JSON files, and GATE as its own address. Nothing is fetched from anywhere else.
 */
import { SharedArray } from "k6/data";
import execution from "k6/execution";
import http from "k6/http";
import type { JourneyContext } from "../journeys/journey.ts";
import { type JourneyName, journeys } from "../journeys/journeys.ts";
import type { LoadUser, Plan, Timeline } from "../plan/plan.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import { firstSamples } from "./k6-metrics.ts";
import { k6Options } from "./k6-options.ts";
import { k6Ports } from "./k6-ports.ts";

const plan = JSON.parse(open(__ENV["PLAN"] ?? "")) as Plan;
// One copy for all virtual users: ten thousand of them with ten thousand tokens each would not fit.
const users = new SharedArray("users", () => JSON.parse(open(__ENV["USERS"] ?? "")) as LoadUser[]);
const rows = new SharedArray("rows", () => JSON.parse(open(__ENV["ROWS"] ?? "")) as string[]);

const scenario = scenarios.find(({ name }) => name === plan.scenario);
if (!scenario) throw new Error(`There is no scenario ${plan.scenario}.`);

export const options = k6Options(scenario, plan);

/** Tells the runner that all virtual users are there, and learns the moments: what it does to the product goes by them too. */
export function setup(): Timeline {
  firstSamples();
  return JSON.parse(String(http.get(__ENV["GATE"] ?? "").body)) as Timeline;
}

function travel(name: JourneyName, timeline: Timeline): Promise<void> {
  const { iterationInTest, name: crowd } = execution.scenario;
  const context: JourneyContext = {
    ports: k6Ports,
    plan,
    timeline,
    users,
    rows,
    // One iteration per connection, or one per arrival: the number of either is the number of the iteration.
    index: iterationInTest,
    count: (options.scenarios?.[crowd] as { vus?: number } | undefined)?.vus ?? 0,
  };
  return journeys[name](context);
}

export const holdRows = (timeline: Timeline): Promise<void> => travel("holdRows", timeline);
export const writeRow = (timeline: Timeline): Promise<void> => travel("writeRow", timeline);
export const work = (timeline: Timeline): Promise<void> => travel("work", timeline);
export const knock = (timeline: Timeline): Promise<void> => travel("knock", timeline);
export const idle = (timeline: Timeline): Promise<void> => travel("idle", timeline);
export const abuse = (timeline: Timeline): Promise<void> => travel("abuse", timeline);
