import type { Logger } from "@heliograph/server-kit";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { SimDatabase } from "../database/database.ts";
import { Host } from "../engine/host.ts";
import { Network } from "../engine/network.ts";
import { noOp } from "../engine/no-op.ts";
import { Scheduler } from "../engine/scheduler.ts";
import { setGlobalRandom } from "../engine/simulated-globals.ts";
import { SimBus } from "../ports/bus.ts";

/** Scheduler, network, database and bus that all processes of one simulation share. */
export type Infrastructure = {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly databaseHost: Host;
  readonly database: SimDatabase;
  readonly bus: SimBus;
  /** Called when the product uses something that the model does not implement. */
  readonly onGap: (error: Error) => void;
  /** Logger of the services: drops all lines, but reports programming errors as gaps. */
  readonly logger: Logger;
};

/** A failed statement is an expected fault; these error types are bugs of the product or of the model. */
const isBug = (value: unknown): value is Error =>
  value instanceof TypeError || value instanceof RangeError || value instanceof ReferenceError;

export function createInfrastructure(
  seed: number,
  { maxSteps }: { maxSteps: number },
): Infrastructure & { gaps: Error[] } {
  const random = new SeededRandom(seed);
  setGlobalRandom(random.next);
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
    logger: noOp<Logger>((_path, [details]) => {
      const error = (details as { err?: unknown } | undefined)?.err;
      if (isBug(error)) gaps.push(error);
    }),
  };
}
