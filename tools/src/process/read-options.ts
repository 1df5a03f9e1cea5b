/** Options of a program, or its end: with the usage when help was asked for (null), with the sentence of a thrown error. */
export function readOptions<T>(read: () => T | null, usage: string): T {
  try {
    const options = read();
    if (options !== null) return options;
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
}
