/**
 * The scenarios under k6 (1.6 or later): `npm run loadtest` writes the plan and starts this file with PLAN, USERS and ROWS
 * as the paths of three JSON files. Nothing is fetched from anywhere.
 */
import { sleep } from "k6";
import { SharedArray } from "k6/data";
import execution from "k6/execution";
import type { JourneyContext } from "../lib/journeys/context.ts";
import { type JourneyName, journeys } from "../lib/journeys/journeys.ts";
import type { LoadUser, Plan, Timeline } from "../lib/plan.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import { firstSamples } from "./k6-metrics.ts";
import { k6Options } from "./k6-options.ts";
import { k6Ports } from "./k6-ports.ts";

const { plan, timeline } = JSON.parse(open(__ENV["PLAN"] ?? "")) as { plan: Plan; timeline: Timeline };
// One copy for all virtual users: ten thousand of them with ten thousand tokens each would not fit.
const users = new SharedArray("users", () => JSON.parse(open(__ENV["USERS"] ?? "")) as LoadUser[]);
const rows = new SharedArray("rows", () => JSON.parse(open(__ENV["ROWS"] ?? "")) as string[]);

const scenario = scenarios.find(({ name }) => name === plan.scenario);
if (!scenario) throw new Error(`There is no scenario ${plan.scenario}.`);

export const options = k6Options(scenario, plan);

/** Waits for the moment that the runner has chosen: what it does to the product goes by the same clock. */
export function setup(): void {
  const ahead = timeline.start - Date.now();
  if (ahead < 0) throw new Error(`k6 was ready ${-ahead} ms late. Remedy: give it more time by --lead <seconds>.`);
  firstSamples();
  sleep(ahead / 1000);
}

function travel(name: JourneyName): Promise<void> {
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

export const holdRows = (): Promise<void> => travel("holdRows");
export const writeRow = (): Promise<void> => travel("writeRow");
export const work = (): Promise<void> => travel("work");
export const knock = (): Promise<void> => travel("knock");
export const idle = (): Promise<void> => travel("idle");
export const abuse = (): Promise<void> => travel("abuse");
