import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { processCommand } from "../process/process-command.ts";
import { postgresAccount } from "./account.ts";
import { preparePostgresBinaries } from "./binaries.ts";
import { type PostgresPlace, type PostgresServer, startPostgres } from "./server.ts";
import { fastSettings, makeServerFolder, provideTemplates, socketUrl } from "./template-cluster.ts";

/** A server for one run of a tool, on a socket in a private folder, with the template databases. */
export interface ScratchServer extends AsyncDisposable {
  readonly server: PostgresServer;
  /** Binaries, account and data directory, to restart the server or copy its data. */
  readonly place: PostgresPlace;
  /** Folder of this server, deleted with it. */
  readonly folder: string;
  readonly socketFolder: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Superuser URL of a database. */
  url(database: string): string;
  /** Error of a failed build of the templates, or null. */
  failure: unknown;
}

const FOLDER = /^hg-(\d+)-/;

/** Deletes folders of runs that were killed with SIGKILL. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = FOLDER.exec(name)?.[1];
    if (pid !== undefined && processCommand(Number(pid)) === null) {
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

/**
 * Starts the server. Disposing stops it and deletes its folder. `settings` override `fastSettings`; `logSink` receives every
 * line of its log.
 */
export async function startScratchServer(
  settings: Readonly<Record<string, string>> = {},
  logSink?: (line: string) => void,
): Promise<ScratchServer> {
  removeLeftovers();
  await using undo = new AsyncDisposableStack();
  const { folder, dataDirectory, socketFolder } = makeServerFolder(path.join(tmpdir(), `hg-${process.pid}-`));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  const place = { binaries: preparePostgresBinaries(), account: postgresAccount(), dataDirectory };
  const failure = await provideTemplates(place, socketFolder);
  const effective = { ...fastSettings, ...settings };
  const server = undo.use(
    await startPostgres(place, { listen: { socketFolder }, settings: effective, ...(logSink && { logSink }) }),
  );
  const all = undo.move();
  return {
    server,
    place,
    folder,
    socketFolder,
    settings: effective,
    url: (database) => socketUrl(socketFolder, database),
    failure,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
