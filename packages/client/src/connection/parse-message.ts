import type { DownMessage } from "@heliograph/protocol";

/** Looks at the frame only as far as needed to route it: the server validates what it sends, and bundles stay small. */
export function parseMessage(text: string): DownMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") return;
    return value as DownMessage;
  } catch {
    return undefined;
  }
}
