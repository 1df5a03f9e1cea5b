/** Servers of a test's own: to be killed, started again, copied and promoted. */

export { type ScratchServer, startScratchServer } from "./scratch-server.ts";
export { type PostgresListen, type PostgresPlace, type PostgresServer, startPostgres } from "./server.ts";
export { replicationSettings, type Standby, type StandbyOptions, startStandby } from "./standby.ts";
