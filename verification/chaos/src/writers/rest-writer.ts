import { setTimeout as wait } from "node:timers/promises";
import { type ApiClient, ApiError, type EntityDoc } from "@heliograph/client";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import type { Tenant } from "../dataset.ts";
import type { Commits } from "./commits.ts";

const REQUEST_TIMEOUT_MS = 4_000;

/**
 * Writes through the REST API as one user's browser would. Acknowledged writes must never be lost; writes that failed or were
 * cut off may or may not have been committed.
 */
export class RestWriter {
  readonly #api: () => ApiClient;
  readonly #tenant: Tenant;
  readonly #random: SeededRandom;
  readonly #commits: Commits;
  readonly #pauseMs: number;

  constructor(parts: {
    api: () => ApiClient;
    tenant: Tenant;
    random: SeededRandom;
    commits: Commits;
    pauseMs: number;
  }) {
    this.#api = parts.api;
    this.#pauseMs = parts.pauseMs;
    this.#tenant = parts.tenant;
    this.#random = parts.random;
    this.#commits = parts.commits;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#writeOnce();
      } catch (error) {
        if (!(error instanceof ApiError) && !(error instanceof DOMException)) throw error;
      }
      await wait(this.#random.int(0, this.#pauseMs));
    }
  }

  async #writeOnce(): Promise<void> {
    const random = this.#random;
    const { tasks, projects, documents } = this.#tenant;
    const options = { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) };
    const draw = random.next();
    if (draw < 0.2 && tasks.length < this.#tenant.mostTasks) {
      const made = await this.#api().create("task", { title: "By REST", project_id: random.pick(projects) }, options);
      tasks.push(made.$id);
      this.#commits.add("task", [committed(made)]);
    } else if (draw < 0.35) {
      await this.#api().remove("task", random.pick(tasks), options);
    } else if (draw < 0.6) {
      const changed = await this.#api().update(
        "document",
        random.pick(documents),
        { title: `By REST ${random.next()}` },
        options,
      );
      this.#commits.add("document", [committed(changed)]);
    } else {
      const changed = await this.#api().update(
        "task",
        random.pick(tasks),
        { title: `By REST ${random.next()}` },
        options,
      );
      this.#commits.add("task", [committed(changed)]);
    }
  }
}

function committed({ $id, $version }: EntityDoc): { id: string; version: number } {
  return { id: $id, version: $version };
}
