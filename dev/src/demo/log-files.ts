import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import path from "node:path";
import { parseLogLine } from "@heliograph/testkit/process/readable-line";

/** One log file per program of the demo. Severe lines are also reported on the terminal. */
export interface LogFiles extends Disposable {
  readonly folder: string;
  /** Writes a line of PostgreSQL or Redis into its file. */
  write(name: string, line: string): void;
  /** Writes a line of a service into its file, and reports it when it is severe or no log line (for example a stack trace). */
  writeService(name: string, line: string): void;
}

/** Level of pino from which a line is reported on the terminal. */
const ERROR_LEVEL = 50;
/** The same text is reported once in this time: four services that lose their database log it continually. */
const SAME_TEXT_MS = 30_000;

/** Opens `<dataFolder>/logs`. Each run starts with empty files. `now` in ms. */
export function openLogFiles(
  dataFolder: string,
  report: (text: string) => void,
  now: () => number = () => performance.now(),
): LogFiles {
  const folder = path.join(dataFolder, "logs");
  mkdirSync(folder, { recursive: true });
  const streams = new Map<string, WriteStream>();
  const reported = new Map<string, number>();

  const write = (name: string, line: string) => {
    let stream = streams.get(name);
    if (stream === undefined) {
      stream = createWriteStream(path.join(folder, `${name}.log`));
      // A full disk must not stop the demo because its log cannot be written.
      stream.on("error", () => undefined);
      streams.set(name, stream);
    }
    stream.write(`${line}\n`);
  };
  const reportOnce = (name: string, text: string) => {
    const last = reported.get(text);
    if (last !== undefined && now() - last < SAME_TEXT_MS) return;
    reported.set(text, now());
    report(`${name}: ${text}`);
  };
  return {
    folder,
    write,
    writeService(name, line) {
      write(name, line);
      const entry = parseLogLine(line);
      if (entry === null && line.trim() !== "") reportOnce(name, line);
      else if (entry !== null && entry.level >= ERROR_LEVEL) reportOnce(name, entry.message);
    },
    [Symbol.dispose]() {
      for (const stream of streams.values()) stream.end();
    },
  };
}
