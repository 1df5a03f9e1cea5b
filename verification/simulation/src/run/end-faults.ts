import type { SimulatedSystem } from "./simulated-system.ts";

/** Ends every fault: frozen processes continue, dead ones start again, and messages are delivered. */
export function endFaults(system: SimulatedSystem): void {
  const { scheduler, network, bus, database, databaseHost } = system.infrastructure;
  network.heal();
  system.restFailing = 0;
  bus.silent = false;
  bus.faults = { drop: 0, duplicate: 0, delay: 0 };
  bus.start();
  database.up = true;
  if (databaseHost.frozen) scheduler.thaw(databaseHost);
  for (const node of [...system.watchers, ...system.gateways, ...system.clients]) {
    if (node.host.frozen) scheduler.thaw(node.host);
    if (!node.host.alive) node.start();
  }
  for (const client of system.clients) {
    if (!client.online) client.emit("online");
    for (const socket of client.sockets) {
      socket.stalled = "none";
      socket.unblock();
    }
  }
}
