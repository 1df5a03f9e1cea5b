import { sleep } from "../client/ports.ts";
import { changeRow, readRows } from "../client/rest.ts";
import { heldBy } from "../plan/row-assignment.ts";
import { clientOf, judge, takeTurn, untilJudged } from "./hold-rows.ts";
import { type JourneyContext, rowAt, setting, targetOf, until, userOf } from "./journey.ts";
import { expectSignals } from "./write-row.ts";

/** Signals are collected for so long before rows are read again, milliseconds, as the client library does it. */
const readDelayMs = 25;

/** From sending a change to its signal, whichever of signal and answer comes first. */
class Echoes {
  readonly #sent = new Map<number, number>();
  readonly #heard = new Map<number, number>();
  readonly #record: (ms: number) => void;

  constructor(record: (ms: number) => void) {
    this.#record = record;
  }

  answered(version: number, sentAt: number): void {
    const heardAt = this.#heard.get(version);
    if (heardAt === undefined) this.#sent.set(version, sentAt);
    else this.#record(heardAt - sentAt);
    this.#heard.clear();
  }

  heard(version: number, now: number): void {
    const sentAt = this.#sent.get(version);
    if (sentAt === undefined) this.#heard.set(version, now);
    else this.#record(now - sentAt);
    this.#sent.delete(version);
  }
}

/** Somebody at work: sees some rows, reads those that change, and edits one of them now and then. */
export async function work(context: JourneyContext): Promise<void> {
  const { ports, plan, timeline, index } = context;
  await takeTurn(context);
  const echoes = new Echoes((ms) => ports.record("rt_echo_ms", ms));
  const target = targetOf(context, index);
  const { token } = userOf(context, index);
  const stale = new Set<string>();
  let cancel: (() => void) | undefined;
  let reading: Promise<void> = Promise.resolve();
  const read = async (): Promise<void> => {
    cancel = undefined;
    const ids = [...stale];
    stale.clear();
    await readRows(ports, { target, entityCode: plan.entityCode, token, ids });
  };
  const client = clientOf(context, {
    onSignal: (id, version) => {
      echoes.heard(version, ports.now());
      stale.add(id);
      cancel ??= ports.after(readDelayMs, () => {
        reading = Promise.all([reading, read()]).then(() => undefined);
      });
    },
  });
  if (!(await client.connect())) return;
  const positions = heldBy(index, setting(context, "perSocket"), plan.tenants);
  await client.subscribe(positions.map((at) => rowAt(context, at)));
  context.ready?.();
  // Not all in step: each begins somewhere in the first pause.
  const thinkMs = setting(context, "thinkSeconds") * 1000;
  await until(context, "writeFrom", ports.random() * thinkMs);
  for (let count = 1; ports.now() < timeline.writeUntil; count++) {
    const position = positions[Math.floor(ports.random() * positions.length)] ?? 0;
    const sentAt = ports.now();
    const version = await changeRow(ports, plan, { target, token, id: rowAt(context, position), count });
    if (version !== null) {
      echoes.answered(version, sentAt);
      expectSignals(context, position, version);
    }
    await sleep(ports, Math.min(sentAt + thinkMs, timeline.writeUntil) - ports.now());
  }
  context.quiet?.();
  await untilJudged(context);
  await judge(context, client);
  cancel?.();
  await reading;
  client.leave();
}
