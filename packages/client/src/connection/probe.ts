import { closeCodes } from "@heliograph/protocol/close-code";
import { closeReason, sessionEnded, unreachable } from "./close-reason.ts";
import type { ProbeResult } from "./state.ts";

/** Finds out why a socket could not be opened. Never rejects. */
export type Probe = (url: string, token: string | null, signal: AbortSignal) => Promise<ProbeResult>;

/**
 * Sends a GET to the socket's address, whose answer has a status. Browsers report every failed upgrade as 1006, which does
 * not distinguish the kill switch, a refused token and an unreachable server.
 */
export function createProbe(fetchFunction: typeof fetch): Probe {
  return async (url, token, signal) => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (token !== null) headers["authorization"] = `Bearer ${token}`;
    try {
      const response = await fetchFunction(url.replace(/^ws/, "http"), { headers, signal, cache: "no-store" });
      const error = readError(await response.json().catch(() => undefined));
      return toResult(response.status, error.code, error.message);
    } catch {
      return { kind: "unavailable", reason: unreachable };
    }
  };
}

function toResult(status: number, code: string | undefined, message: string | undefined): ProbeResult {
  if (status === 426) return { kind: "reachable" };
  if (status === 503 && code === "sync_disabled") {
    return { kind: "disabled", reason: message ?? "Live updates are switched off on the server." };
  }
  if (status === 401) return { kind: "unauthenticated", reason: message ?? sessionEnded };
  if (status === 403) {
    // The server's own message for a refused origin is for its operator.
    const reason = code === "origin_not_allowed" ? undefined : message;
    return { kind: "forbidden", reason: reason ?? closeReason(closeCodes.badOrigin.code) };
  }
  return {
    kind: "unavailable",
    reason: message ?? `The server has a problem (status ${status}). Retrying automatically.`,
  };
}

function readError(body: unknown): { code?: string; message?: string } {
  const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : {};
  return {
    ...(typeof error["code"] === "string" ? { code: error["code"] } : {}),
    ...(typeof error["message"] === "string" ? { message: error["message"] } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
