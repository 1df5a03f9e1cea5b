/** Runs tasks strictly one after another. A task that rejects is reported and does not stop the next. */
export class SerialQueue {
  readonly #tasks: (() => Promise<void>)[] = [];
  readonly #onError: (error: unknown) => void;
  #running = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Number of waiting tasks, without the running one. */
  get length(): number {
    return this.#tasks.length;
  }

  /** Whether a task runs or waits. */
  get busy(): boolean {
    return this.#running || this.#tasks.length > 0;
  }

  push(task: () => Promise<void>): void {
    this.#tasks.push(task);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
      try {
        await task();
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#running = false;
  }
}
