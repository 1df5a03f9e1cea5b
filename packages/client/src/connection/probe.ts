import type { ProbeResult } from "./state.ts";

/** Asks the server why a socket could not be opened. Never rejects. */
export type Probe = (url: string, token: string | null, signal: AbortSignal) => Promise<ProbeResult>;

/**
 * GET on the socket's own address. Browsers report every failed upgrade as 1006, so the kill switch, a bad token and a
 * dead server look the same until somebody asks in a way that may see the status.
 */
export function createProbe(fetchFunction: typeof fetch): Probe {
  return async (url, token, signal) => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (token !== null) headers["authorization"] = `Bearer ${token}`;
    try {
      const response = await fetchFunction(url.replace(/^ws/, "http"), { headers, signal, cache: "no-store" });
      const error = readError(await response.json().catch(() => undefined));
      return judge(response.status, error.code, error.message);
    } catch {
      return { kind: "unavailable", reason: "The server cannot be reached." };
    }
  };
}

function judge(status: number, code: string | undefined, message: string | undefined): ProbeResult {
  if (status === 426) return { kind: "reachable" };
  if (status === 503 && code === "sync_disabled") {
    return { kind: "disabled", reason: message ?? "Live updates are switched off." };
  }
  if (status === 401) return { kind: "unauthenticated", reason: message ?? "The session has ended: sign in again." };
  if (status === 403) return { kind: "forbidden", reason: message ?? "The server does not accept this page." };
  return { kind: "unavailable", reason: message ?? `The server answered ${status}.` };
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
