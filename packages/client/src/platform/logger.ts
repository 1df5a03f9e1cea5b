/** Receives log lines of the client. They never contain data of rows. */
export type Logger = {
  /** Normal operation. */
  info(line: string): void;
  /** Something a developer should look at. The client continues. */
  warn(line: string): void;
};

export const silentLogger: Logger = { info: () => {}, warn: () => {} };

/** Writes to the browser's console, for development. */
export const consoleLogger: Logger = {
  // biome-ignore lint/suspicious/noConsole: this logger writes to the console
  info: (line) => console.info(line),
  // biome-ignore lint/suspicious/noConsole: this logger writes to the console
  warn: (line) => console.warn(line),
};
