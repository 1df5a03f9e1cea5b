import { sleep } from "../client/ports.ts";
import { heldBy } from "../plan/row-assignment.ts";
import { clientOf } from "./hold-rows.ts";
import { type JourneyContext, rowAt, setting } from "./journey.ts";

/** Somebody who looks in: connects, subscribes, stays for a moment, leaves. */
export async function knock(context: JourneyContext): Promise<void> {
  const { ports, plan } = context;
  const client = clientOf(context, { stayUntil: () => 0 });
  if (!(await client.connect())) return;
  const ids = heldBy(context.index, setting(context, "perSocket"), plan.tenants).map((at) => rowAt(context, at));
  await client.subscribe(ids);
  await sleep(ports, setting(context, "staySeconds") * 1000);
  client.leave();
}
