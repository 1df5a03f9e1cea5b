import { setTimeout as wait } from "node:timers/promises";
import { type Fault, type FaultContext, last } from "./fault.ts";

type End = "SIGKILL" | "SIGTERM";

/** Faults of gateways and watchers as processes; those of the leader are apart. */
export const processFaults: readonly Fault[] = [
  { name: "gateway-kill", strike: (context) => endGateway(context, "SIGKILL") },
  { name: "gateway-term", strike: (context) => endGateway(context, "SIGTERM") },
  {
    name: "gateway-freeze",
    async strike({ site, random }) {
      const gateway = random.pick(site.gateways);
      gateway.freeze();
      // Some for so long that the others give it up, and it wakes as one that owns nothing any more.
      if (random.chance(0.2)) await wait(random.int(17_000, 20_000));
      else await last(random, 500, 12_000);
      gateway.thaw();
    },
  },
  {
    name: "gateway-roll",
    async strike({ site }) {
      for (const gateway of site.gateways) {
        await gateway.end("SIGTERM");
        await gateway.start();
      }
    },
  },
  {
    name: "gateway-kill-all",
    async strike({ site, random }) {
      await Promise.all(site.gateways.map((gateway) => gateway.end("SIGKILL")));
      await last(random, 0, 2_000);
      await Promise.all(site.gateways.map((gateway) => gateway.start()));
    },
  },
  {
    name: "watcher-kill-all",
    async strike({ site, random }) {
      await Promise.all(site.watchers.map((watcher) => watcher.end("SIGKILL")));
      await last(random, 0, 3_000);
      await Promise.all(site.watchers.map((watcher) => watcher.start()));
    },
  },
  {
    name: "pauses",
    // Like a garbage collector or a noisy neighbour: everybody stops now and then for a moment.
    async strike({ site, random }) {
      for (let n = random.int(3, 8); n > 0; n--) {
        const service = random.pick(site.services);
        service.freeze();
        await last(random, 50, 1_500);
        service.thaw();
      }
    },
  },
];

async function endGateway({ site, random }: FaultContext, signal: End): Promise<void> {
  const gateway = random.pick(site.gateways);
  await gateway.end(signal);
  await last(random, 0, 3_000);
  await gateway.start();
}
