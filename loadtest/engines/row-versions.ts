import type { Ports } from "../client/ports.ts";
import { readRows } from "../client/rest.ts";
import type { LoadUser, LongList, Plan } from "../plan/plan.ts";

/**
 * Returns a function that reads the current versions of all rows through the API, once for all sockets of this process.
 * Virtual users of k6 cannot share a result, so each of them reads its own rows.
 */
export function sharedRowVersions(
  ports: Ports,
  plan: Plan,
  lists: { users: LongList<LoadUser>; rows: LongList<string> },
): () => Promise<ReadonlyMap<string, number> | null> {
  let reading: Promise<ReadonlyMap<string, number> | null> | undefined;
  const read = async (): Promise<ReadonlyMap<string, number> | null> => {
    const versions = new Map<string, number>();
    for (const [number, { from, to }] of plan.tenants.entries()) {
      const [target] = plan.targets;
      const user = lists.users[number];
      if (!target || !user) return null;
      const ids = Array.from({ length: to - from }, (_, at) => lists.rows[from + at] ?? "");
      const rows = await readRows(ports, { target, entityCode: plan.entityCode, token: user.token, ids });
      if (!rows) return null;
      for (const { $id, $version } of rows) versions.set($id, $version);
    }
    return versions;
  };
  return () => {
    reading ??= read();
    return reading;
  };
}
