import { setTimeout as wait } from "node:timers/promises";
import { type Fault, type FaultContext, randomPause } from "./fault.ts";

type End = "SIGKILL" | "SIGTERM";

/** Faults of gateway and watcher processes; those of the leading watcher are in leader-faults.ts. */
export const processFaults: readonly Fault[] = [
  { name: "gateway-kill", inject: (context) => endGateway(context, "SIGKILL") },
  { name: "gateway-term", inject: (context) => endGateway(context, "SIGTERM") },
  {
    name: "gateway-freeze",
    async inject({ cluster, random }) {
      const gateway = random.pick(cluster.gateways);
      gateway.freeze();
      // Sometimes for so long that the others declare it dead, and it resumes without owning any session.
      if (random.chance(0.2)) await wait(random.int(17_000, 20_000));
      else await randomPause(random, 500, 12_000);
      gateway.thaw();
    },
  },
  {
    name: "gateway-roll",
    async inject({ cluster }) {
      for (const gateway of cluster.gateways) {
        await gateway.end("SIGTERM");
        await gateway.start();
      }
    },
  },
  {
    name: "gateway-kill-all",
    async inject({ cluster, random }) {
      await Promise.all(cluster.gateways.map((gateway) => gateway.end("SIGKILL")));
      await randomPause(random, 0, 2_000);
      await Promise.all(cluster.gateways.map((gateway) => gateway.start()));
    },
  },
  {
    name: "watcher-kill-all",
    async inject({ cluster, random }) {
      await Promise.all(cluster.watchers.map((watcher) => watcher.end("SIGKILL")));
      await randomPause(random, 0, 3_000);
      await Promise.all(cluster.watchers.map((watcher) => watcher.start()));
    },
  },
  {
    name: "pauses",
    // Short pauses of random services, as garbage collection or a noisy neighbour cause.
    async inject({ cluster, random }) {
      for (let n = random.int(3, 8); n > 0; n--) {
        const service = random.pick(cluster.services);
        service.freeze();
        await randomPause(random, 50, 1_500);
        service.thaw();
      }
    },
  },
];

async function endGateway({ cluster, random }: FaultContext, signal: End): Promise<void> {
  const gateway = random.pick(cluster.gateways);
  await gateway.end(signal);
  await randomPause(random, 0, 3_000);
  await gateway.start();
}
