import { heldBy } from "../assignment.ts";
import { sleep } from "../ports.ts";
import { type JourneyContext, rowAt, setting } from "./context.ts";
import { clientOf, takeTurn } from "./hold-rows.ts";

/** Many open pages that nothing happens on: a virtual user holds several sockets, which is fine while they are quiet. */
export async function idle(context: JourneyContext): Promise<void> {
  const { ports, plan, timeline } = context;
  const sockets = setting(context, "socketsPerUser");
  await takeTurn(context);
  const clients = Array.from({ length: sockets }, (_, n) =>
    clientOf({ ...context, index: context.index * sockets + n }),
  );
  await Promise.all(
    clients.map(async (client, n) => {
      if (!(await client.connect())) return;
      const positions = heldBy(context.index * sockets + n, setting(context, "perSocket"), plan.tenants);
      await client.subscribe(positions.map((at) => rowAt(context, at)));
    }),
  );
  await sleep(ports, timeline.judgeAt - ports.now());
  for (const client of clients) client.leave();
}
