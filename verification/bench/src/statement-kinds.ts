import type { Statement } from "./statement-log.ts";

/** Kinds of statements of a gateway's socket service; the first matching pattern decides. */
const kinds: readonly (readonly [string, RegExp])[] = [
  ["resume", /app\.resume_sessions/],
  ["disconnect", /set disconnected_ts/],
  ["end", /delete from app\.rxdb_session/],
  ["check for lost sessions", /left join app\.rxdb_session/],
  ["subscribe", /insert into app\.rxdb_(session|subscription)|rxdb_subscription/],
  // Polls of the feed every few seconds, regardless of clients, and the heartbeats of the gateway.
  ["periodic", /from app\.sync_state|app\.gateway|^select 1$|^set |^discard/i],
  ["log read", /from app\.logging/],
];

/** Kinds caused by clients that reconnect. */
export const causedByReconnect: readonly string[] = ["resume", "disconnect", "end", "subscribe", "unknown"];

/**
 * Counts statements by kind. Statements for REST requests and reads under users' rights, which use a separate pool, are counted
 * together, and so are those of other programs.
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
