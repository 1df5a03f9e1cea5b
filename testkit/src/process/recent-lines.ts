import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** The last lines of a program's output, kept to explain a failure. */
export interface RecentLines {
  /** Adds a listener; returns the function that removes it. */
  onLine(listener: (line: string) => void): () => void;
  /** The newest lines, oldest first. */
  tail(count: number): string[];
}

/** Reads streams line by line and keeps the newest `keep` lines. It never stops reading, or the program would block. */
export function recentLines(streams: readonly (Readable | null)[], keep = 2_000): RecentLines {
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of streams) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > keep) lines.splice(0, lines.length - keep);
      for (const listener of listeners) listener(line);
    });
  }
  return {
    onLine(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tail: (count) => lines.slice(-count),
  };
}
