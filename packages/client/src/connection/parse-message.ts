import type { DownMessage } from "@heliograph/protocol";

/**
 * Parses a frame and checks only that it has a type. The server validates what it sends, and a full validation would make
 * the client's bundle larger.
 *
 * @returns undefined when the frame is not a message
 */
export function parseMessage(text: string): DownMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") return;
    return value as DownMessage;
  } catch {
    return undefined;
  }
}
