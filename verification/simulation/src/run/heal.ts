import type { Stage } from "./stage.ts";

/** Every fault ends: whoever stood still goes on, whoever died starts again, and messages arrive. */
export function heal(stage: Stage): void {
  const { scheduler, network, bus, database, databaseHost } = stage.world;
  network.heal();
  stage.restFailing = 0;
  bus.silent = false;
  bus.trouble = { drop: 0, duplicate: 0, delay: 0 };
  bus.start();
  database.up = true;
  if (databaseHost.frozen) scheduler.thaw(databaseHost);
  for (const node of [...stage.watchers, ...stage.pods, ...stage.clients]) {
    if (node.host.frozen) scheduler.thaw(node.host);
    if (!node.host.alive) node.start();
  }
  for (const client of stage.clients) {
    if (!client.online) client.tell("online");
    for (const wire of client.wires) {
      wire.stalled = "none";
      wire.unblock();
    }
  }
}
