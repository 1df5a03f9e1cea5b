import { createClient, heldRows, untilTurn } from "./hold-rows.ts";
import { type JourneyContext, setting, until } from "./journey.ts";

/** Many open pages without activity. One virtual user holds several sockets, which is cheap while they are idle. */
export async function idle(context: JourneyContext): Promise<void> {
  const sockets = setting(context, "socketsPerUser");
  context.onWritesDone?.();
  await untilTurn(context);
  const clients = Array.from({ length: sockets }, (_, n) => {
    const index = context.index * sockets + n;
    return { index, client: createClient({ ...context, index }) };
  });
  await Promise.all(
    clients.map(async ({ index, client }) => {
      if (await client.connect()) await client.subscribe(heldRows(context, index));
    }),
  );
  context.onReady?.();
  await until(context, "verifyFrom");
  for (const { client } of clients) client.close();
}
