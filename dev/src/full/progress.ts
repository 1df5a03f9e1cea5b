import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { FullPart, StepResult } from "./part.ts";

/** The result of a finished step, as it is kept between runs. */
export interface FinishedStep extends StepResult {
  readonly name: string;
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly seconds: number;
}

/**
 * What has been run on one commit, in a file: an interrupted part continues with its next step. Another commit
 * starts from nothing, because results of other code prove nothing about it.
 */
export class Progress {
  readonly #file: string;
  readonly #steps: Record<string, FinishedStep[]>;

  /** @param folder of this commit; made when it is missing */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = path.join(folder, "progress.json");
    this.#steps = this.#read();
  }

  finished(part: FullPart): readonly FinishedStep[] {
    return this.#steps[part.name] ?? [];
  }

  isComplete(part: FullPart): boolean {
    const finished = this.finished(part);
    return finished.length === part.steps.length && finished.every(({ failed }) => failed === 0);
  }

  /** Forgets a part, so that it runs from its first step. */
  restart(part: FullPart): void {
    delete this.#steps[part.name];
    this.#write();
  }

  add(part: FullPart, step: FinishedStep): void {
    this.#steps[part.name] = [...this.finished(part), step];
    this.#write();
  }

  #read(): Record<string, FinishedStep[]> {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Record<string, FinishedStep[]>;
    } catch {
      return {};
    }
  }

  /** Replaces the file in one step: a run that is killed while it writes must not lose hours of results. */
  #write(): void {
    const text = `${JSON.stringify(this.#steps, null, 2)}\n`;
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
