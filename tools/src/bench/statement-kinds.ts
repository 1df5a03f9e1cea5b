import type { Statement } from "./statement-log.ts";

/** Kinds of what gateways ask, by the first pattern that fits. */
const kinds: readonly (readonly [string, RegExp])[] = [
  ["resume", /app\.resume_sessions/],
  ["give up", /set disconnected_ts/],
  ["end", /delete from app\.rxdb_session/],
  ["subscribe", /insert into app\.rxdb_(session|subscription)|app\.assert_|rxdb_subscription/],
  ["look for lost sessions", /app\.rxdb_session/],
  // What the feed asks every few seconds whoever is there, and the life signs of the pod.
  ["periodic", /from app\.sync_state|app\.gateway|^select 1$|app\.entity_catalog|current_setting|^set |^discard/i],
  ["log read", /from app\.logging/],
  // Reads under a user's rights are a transaction of four statements.
  ["rights", /^(begin|commit|rollback)|set_config|from app\./i],
];

/** How many statements of the gateways there were of each kind; those of other programs are counted together. */
export function countByKind(statements: readonly Statement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { program, text } of statements) {
    const kind = program.startsWith("heliograph-gateway")
      ? (kinds.find(([, pattern]) => pattern.test(text))?.[0] ?? "unknown")
      : "other program";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
