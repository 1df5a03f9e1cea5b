import type { Scenario } from "../plan/scenario.ts";
import { authAbuse } from "./auth-abuse.ts";
import { burstWrites } from "./burst-writes.ts";
import { connectStorm } from "./connect-storm.ts";
import { fanOut } from "./fan-out.ts";
import { idleCapacity } from "./idle-capacity.ts";
import { leaderFailover } from "./leader-failover.ts";
import { manyTopics } from "./many-topics.ts";
import { reconnectDeploy } from "./reconnect-deploy.ts";
import { slowConsumer } from "./slow-consumer.ts";
import { smoke } from "./smoke.ts";
import { soak } from "./soak.ts";
import { steady } from "./steady.ts";
import { users } from "./users.ts";

/** Every scenario, in the order in which they are best run. */
export const scenarios: readonly Scenario[] = [
  smoke,
  users,
  steady,
  manyTopics,
  fanOut,
  connectStorm,
  burstWrites,
  reconnectDeploy,
  leaderFailover,
  slowConsumer,
  authAbuse,
  idleCapacity,
  soak,
];
