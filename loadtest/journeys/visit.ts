import { sleep } from "../client/ports.ts";
import { createClient, heldRows } from "./hold-rows.ts";
import { type JourneyContext, setting } from "./journey.ts";

/** A short visit: connect, subscribe, stay for a moment, close. A lost socket is not replaced. */
export async function visit(context: JourneyContext): Promise<void> {
  const client = createClient(context, { reconnectUntil: () => 0 });
  if (!(await client.connect())) return;
  await client.subscribe(heldRows(context));
  await sleep(context.ports, setting(context, "staySeconds") * 1000);
  client.close();
}
