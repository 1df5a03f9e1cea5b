import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import path from "node:path";

/** One log file per program of the demo, and the severe lines on stderr as well. */
export interface LogFiles extends Disposable {
  readonly folder: string;
  write(name: string, line: string): void;
}

/** Level of pino from which somebody at the keyboard should know. */
const ERROR_LEVEL = 50;

function severeMessage(line: string): string | null {
  try {
    const { level, msg, err } = JSON.parse(line) as { level?: unknown; msg?: unknown; err?: { message?: unknown } };
    if (typeof level !== "number" || level < ERROR_LEVEL) return null;
    return [msg, err?.message].filter((part) => typeof part === "string").join(": ");
  } catch {
    return null;
  }
}

/** Opens `<dataFolder>/logs`; each file begins anew with each run. */
export function openLogFiles(dataFolder: string, report: (text: string) => void): LogFiles {
  const folder = path.join(dataFolder, "logs");
  mkdirSync(folder, { recursive: true });
  const streams = new Map<string, WriteStream>();
  return {
    folder,
    write(name, line) {
      let stream = streams.get(name);
      if (stream === undefined) {
        stream = createWriteStream(path.join(folder, `${name}.log`));
        // A full disk must not end the demo for the sake of its log.
        stream.on("error", () => undefined);
        streams.set(name, stream);
      }
      stream.write(`${line}\n`);
      const severe = severeMessage(line);
      if (severe !== null) report(`${name}: ${severe}`);
    },
    [Symbol.dispose]() {
      for (const stream of streams.values()) stream.end();
    },
  };
}
