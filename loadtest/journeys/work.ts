import { sleep } from "../client/ports.ts";
import { changeRow, readRows } from "../client/rest.ts";
import { heldPositions } from "../plan/row-assignment.ts";
import { createClient, heldRows, untilTurn, untilVerification, verifyDelivery } from "./hold-rows.ts";
import { type JourneyContext, rowAt, setting, targetOf, until, userOf } from "./journey.ts";
import { recordExpectedSignals } from "./write-row.ts";

/** Signals are collected for this long before their rows are read, milliseconds, as the client library does it. */
const readDelayMs = 25;

/** Measures from sending a change to its signal, whichever of signal and response arrives first. */
class EchoTimer {
  readonly #sentAt = new Map<number, number>();
  readonly #signalledAt = new Map<number, number>();
  readonly #record: (ms: number) => void;

  constructor(record: (ms: number) => void) {
    this.#record = record;
  }

  onResponse(version: number, sentAt: number): void {
    const signalledAt = this.#signalledAt.get(version);
    if (signalledAt === undefined) this.#sentAt.set(version, sentAt);
    else this.#record(signalledAt - sentAt);
    this.#signalledAt.clear();
  }

  onSignal(version: number, now: number): void {
    const sentAt = this.#sentAt.get(version);
    if (sentAt === undefined) this.#signalledAt.set(version, now);
    else this.#record(now - sentAt);
    this.#sentAt.delete(version);
  }
}

/** A user at work, who sees some rows, reads those that change, and edits one of them every `thinkSeconds`. */
export async function work(context: JourneyContext): Promise<void> {
  const { ports, plan, timeline, index } = context;
  await untilTurn(context);
  const echo = new EchoTimer((ms) => ports.record("rt_echo_ms", ms));
  const target = targetOf(context, index);
  const { token } = userOf(context, index);
  const stale = new Set<string>();
  let cancelRead: (() => void) | undefined;
  let reads: Promise<void> = Promise.resolve();
  const readStale = async (): Promise<void> => {
    cancelRead = undefined;
    const ids = [...stale];
    stale.clear();
    await readRows(ports, { target, entityCode: plan.entityCode, token, ids });
  };
  const client = createClient(context, {
    onSignal: (id, version) => {
      echo.onSignal(version, ports.wallNow());
      stale.add(id);
      cancelRead ??= ports.setTimer(() => {
        reads = Promise.all([reads, readStale()]).then(() => undefined);
      }, readDelayMs);
    },
  });
  if (!(await client.connect())) return;
  await client.subscribe(heldRows(context));
  context.onReady?.();
  const positions = heldPositions(index, setting(context, "perSocket"), plan.tenants);
  // Users start at random within the first pause, so that they do not edit in step.
  const thinkMs = setting(context, "thinkSeconds") * 1000;
  await until(context, "writeFrom", ports.random() * thinkMs);
  for (let count = 1; ports.wallNow() < timeline.writeUntil; count++) {
    const position = positions[Math.floor(ports.random() * positions.length)] ?? 0;
    const sentAt = ports.wallNow();
    const version = await changeRow(ports, plan, { target, token, id: rowAt(context, position), count });
    if (version !== null) {
      echo.onResponse(version, sentAt);
      recordExpectedSignals(context, position, version);
    }
    await sleep(ports, Math.min(sentAt + thinkMs, timeline.writeUntil) - ports.wallNow());
  }
  context.onWritesDone?.();
  await untilVerification(context);
  await verifyDelivery(context, client);
  cancelRead?.();
  await reads;
  client.close();
}
