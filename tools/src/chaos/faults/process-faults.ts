import { type Fault, type FaultContext, last } from "./fault.ts";

type End = "SIGKILL" | "SIGTERM";

/** Faults of gateways and watchers as processes. */
export const processFaults: readonly Fault[] = [
  { name: "gateway-kill", strike: (context) => endGateway(context, "SIGKILL") },
  { name: "gateway-term", strike: (context) => endGateway(context, "SIGTERM") },
  {
    name: "gateway-freeze",
    async strike({ site, dice }) {
      const gateway = dice.pick(site.gateways);
      gateway.freeze();
      await last(dice, 1_000, 12_000);
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
    async strike({ site, dice }) {
      await Promise.all(site.gateways.map((gateway) => gateway.end("SIGKILL")));
      await last(dice, 0, 2_000);
      await Promise.all(site.gateways.map((gateway) => gateway.start()));
    },
  },
  { name: "leader-kill", strike: (context) => endLeader(context, "SIGKILL") },
  { name: "leader-term", strike: (context) => endLeader(context, "SIGTERM") },
  {
    name: "leader-freeze",
    async strike({ site, dice }) {
      const leader = await site.leader(dice);
      leader.freeze();
      await last(dice, 500, 10_000);
      leader.thaw();
    },
  },
  {
    name: "watcher-kill-all",
    async strike({ site, dice }) {
      await Promise.all(site.watchers.map((watcher) => watcher.end("SIGKILL")));
      await last(dice, 0, 3_000);
      await Promise.all(site.watchers.map((watcher) => watcher.start()));
    },
  },
  {
    name: "pauses",
    // Like a garbage collector or a noisy neighbour: everybody stops now and then for a moment.
    async strike({ site, dice }) {
      for (let n = dice.between(4, 10); n > 0; n--) {
        const service = dice.pick(site.services);
        service.freeze();
        await last(dice, 100, 1_500);
        service.thaw();
      }
    },
  },
];

async function endGateway({ site, dice }: FaultContext, signal: End): Promise<void> {
  const gateway = dice.pick(site.gateways);
  await gateway.end(signal);
  await last(dice, 0, 3_000);
  await gateway.start();
}

async function endLeader({ site, dice }: FaultContext, signal: End): Promise<void> {
  const leader = await site.leader(dice);
  // At any point of its claims: between the mark and the publication, say.
  await last(dice, 0, 100);
  await leader.end(signal);
  await last(dice, 0, 5_000);
  await leader.start();
}
