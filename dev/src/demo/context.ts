import type { LogFiles } from "./log-files.ts";
import type { DemoOptions } from "./options.ts";
import type { DemoSecrets } from "./secrets.ts";

/** What every part of the demo is given. */
export interface DemoContext {
  options: DemoOptions;
  secrets: DemoSecrets;
  logs: LogFiles;
  /** One line for the person at the keyboard; stdout is only for the ready line. */
  report: (text: string) => void;
  /** Aborted when the demo shall stop. */
  signal: AbortSignal;
  /** Released in reverse order. */
  undo: AsyncDisposableStack;
}
