import type { LogFiles } from "./log-files.ts";
import type { DemoOptions } from "./options.ts";
import type { DemoSecrets } from "./secrets.ts";

/** What every part of the demo receives. */
export interface DemoContext {
  options: DemoOptions;
  secrets: DemoSecrets;
  logs: LogFiles;
  /** Prints one line on the terminal, to stderr; stdout is reserved for the ready line. */
  report: (text: string) => void;
  /** Aborted when the demo is to stop. */
  signal: AbortSignal;
  /** Released in reverse order. */
  undo: AsyncDisposableStack;
}
