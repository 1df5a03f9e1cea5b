/** Level and message with cause of a service's log line (JSON); null for any other line. */
export function parseLogLine(line: string): { level: number; message: string } | null {
  if (!line.startsWith("{")) return null;
  try {
    const { level, msg, cause, err } = JSON.parse(line) as Record<"level" | "msg" | "cause", unknown> & {
      err?: { message?: unknown };
    };
    if (typeof level !== "number") return null;
    const parts = [msg, cause, err?.message].filter((part) => typeof part === "string" && part !== "");
    return { level, message: [...new Set(parts)].join(": ") };
  } catch {
    return null;
  }
}

/** A line of a program's output for people: the message of a log line, any other line unchanged. */
export function readableLine(line: string): string {
  return parseLogLine(line)?.message || line;
}
