import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ServiceSlot } from "../cluster/service-slot.ts";
import { type Fault, type FaultContext, randomPause } from "./fault.ts";

const MINUTE_MS = 60_000;
const PRELOAD = path.join(import.meta.dirname, "shifted-clock.ts");

/** Processes whose wall clock is minutes off from the start and jumps while they run. */
export const clockFaults: readonly Fault[] = [
  {
    name: "watcher-clock",
    inject: async (context) => wrongClock(context, await context.cluster.leader(context.random)),
  },
  { name: "gateway-clock", inject: (context) => wrongClock(context, context.random.pick(context.cluster.gateways)) },
];

async function wrongClock({ random }: FaultContext, service: ServiceSlot): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "chaos-clock-"));
  const file = path.join(folder, "shift");
  const shifts = random.shuffled([10, -10, 0]).map((minutes) => minutes * MINUTE_MS);
  try {
    writeFileSync(file, String(shifts[0]));
    await service.end("SIGTERM");
    await service.start({ NODE_OPTIONS: `--import ${PRELOAD}`, SHIFTED_CLOCK_FILE: file });
    for (const shift of shifts.slice(1)) {
      await randomPause(random, 200, 2_500);
      writeFileSync(file, String(shift));
      service.signal("SIGUSR2");
    }
    await randomPause(random, 200, 2_500);
    await service.end(random.pick(["SIGTERM", "SIGKILL"]));
    await service.start();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
