import { heldBy } from "../plan/row-assignment.ts";
import { clientOf, takeTurn } from "./hold-rows.ts";
import { type JourneyContext, rowAt, setting, until } from "./journey.ts";

/** Many open pages that nothing happens on: a virtual user holds several sockets, which is fine while they are quiet. */
export async function idle(context: JourneyContext): Promise<void> {
  const { plan } = context;
  const sockets = setting(context, "socketsPerUser");
  context.quiet?.();
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
  context.ready?.();
  await until(context, "judgeAt");
  for (const client of clients) client.leave();
}
