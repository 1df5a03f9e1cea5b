/** The parts of a service's log line (JSON) that a person wants to read; null for any other line. */
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

/** A line of a program's output for people: of a log line its message, any other as it is. */
export function readableLine(line: string): string {
  return parseLogLine(line)?.message || line;
}
