import type { Statement } from "./statement-log.ts";

/** Kinds of what the socket service of a gateway asks, by the first pattern that fits. */
const kinds: readonly (readonly [string, RegExp])[] = [
  ["resume", /app\.resume_sessions/],
  ["give up", /set disconnected_ts/],
  ["end", /delete from app\.rxdb_session/],
  ["look for lost sessions", /left join app\.rxdb_session/],
  ["subscribe", /insert into app\.rxdb_(session|subscription)|rxdb_subscription/],
  // What the feed asks every few seconds whoever is there, and the life signs of the pod.
  ["periodic", /from app\.sync_state|app\.gateway|^select 1$|^set |^discard/i],
  ["log read", /from app\.logging/],
];

/** Kinds that sockets cause which come back. */
export const causedByReturn: readonly string[] = ["resume", "give up", "end", "subscribe", "unknown"];

/**
 * How many statements there were of each kind. Those for requests and reads under users' rights, which have a pool of their
 * own, are counted together, and so are those of other programs.
 */
export function countByKind(statements: readonly Statement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { program, text } of statements) {
    const kind =
      program === "heliograph-gateway-sync"
        ? (kinds.find(([, pattern]) => pattern.test(text))?.[0] ?? "unknown")
        : program === "heliograph-gateway"
          ? "for users"
          : "other program";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
