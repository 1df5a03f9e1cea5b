/** Where the client tells what it does. Lines are complete sentences or `[Sync] …` notes; data never appears in them. */
export type Logger = {
  /** What happens in normal operation. */
  info(line: string): void;
  /** Something that a developer should look at; the client goes on by itself. */
  warn(line: string): void;
};

export const silentLogger: Logger = { info: () => {}, warn: () => {} };

/** Writes to the browser's console; meant for development. */
export const consoleLogger: Logger = {
  // biome-ignore lint/suspicious/noConsole: this is the one place whose purpose is the console
  info: (line) => console.info(line),
  // biome-ignore lint/suspicious/noConsole: this is the one place whose purpose is the console
  warn: (line) => console.warn(line),
};
