import type { Logger } from "@heliograph/server-kit";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { SimDatabase } from "../database/database.ts";
import { Host } from "../engine/host.ts";
import { Network } from "../engine/network.ts";
import { setRandom } from "../engine/realm.ts";
import { Scheduler } from "../engine/scheduler.ts";
import { silence } from "../engine/silence.ts";
import { SimBus } from "../ports/bus.ts";

/** What all processes of one simulation share. */
export type World = {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly databaseHost: Host;
  readonly database: SimDatabase;
  readonly bus: SimBus;
  /** Told of what the model does not know. */
  readonly onGap: (error: Error) => void;
  /** For services: what they log is dropped, but an error of the program itself is a finding. */
  readonly logger: Logger;
};

/** A statement that fails is a fault like others; these are mistakes, of the product or of the model. */
const isMistake = (value: unknown): value is Error =>
  value instanceof TypeError || value instanceof RangeError || value instanceof ReferenceError;

export function createWorld(seed: number, { maxSteps }: { maxSteps: number }): World & { gaps: Error[] } {
  const random = new SeededRandom(seed);
  setRandom(random.next);
  const scheduler = new Scheduler({ maxSteps });
  const network = new Network(random);
  const gaps: Error[] = [];
  return {
    scheduler,
    random,
    network,
    databaseHost: new Host("db"),
    database: scheduler.within(undefined, () => new SimDatabase(scheduler)),
    bus: new SimBus({ scheduler, network, random }),
    gaps,
    onGap: (error) => gaps.push(error),
    logger: silence<Logger>((_path, [details]) => {
      const error = (details as { err?: unknown } | undefined)?.err;
      if (isMistake(error)) gaps.push(error);
    }),
  };
}
