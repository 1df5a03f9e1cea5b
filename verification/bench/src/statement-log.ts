/**
 * Settings with which PostgreSQL logs every statement with its program, for `StatementLog`. pg_stat_statements is not among the
 * binaries from npm.
 */
export const statementLogging: Readonly<Record<string, string>> = {
  log_statement: "all",
  log_line_prefix: "~%a~",
  log_duration: "off",
};

const ENTRY = /^~([^~]*)~LOG: {2}(?:statement|execute [^:]*): ?(.*)$/;

/** One logged statement. */
export interface Statement {
  readonly program: string;
  readonly text: string;
}

/** Collects statements between `begin` and `end`. */
export class StatementLog {
  #statements: Statement[] = [];
  #open: { program: string; lines: string[] } | null = null;
  #on = false;

  /** Takes every line of the server's log, in order. */
  readonly line = (line: string): void => {
    // Continuation lines of a statement start with a tab.
    if (line.startsWith("\t")) {
      this.#open?.lines.push(line.trim());
      return;
    }
    this.#end();
    const entry = ENTRY.exec(line);
    if (entry) this.#open = { program: entry[1] ?? "", lines: [entry[2] ?? ""] };
  };

  begin(): void {
    this.#end();
    this.#statements = [];
    this.#on = true;
  }

  /** Statements since `begin`. */
  end(): readonly Statement[] {
    this.#end();
    this.#on = false;
    return this.#statements;
  }

  #end(): void {
    const open = this.#open;
    this.#open = null;
    if (open !== null && this.#on)
      this.#statements.push({ program: open.program, text: open.lines.join(" ").replace(/\s+/g, " ").trim() });
  }
}
