import { setTimeout as wait } from "node:timers/promises";
import { type ApiClient, ApiError } from "@heliograph/client";
import type { Commits } from "./commits.ts";
import type { Dice } from "./dice.ts";
import type { Tenant } from "./world.ts";

const GIVE_UP_MS = 4_000;

/**
 * Writes through the API as the browser of one user would. What is acknowledged must never be lost, and what was refused or
 * cut off may or may not have taken place.
 */
export class RestWriter {
  readonly #api: () => ApiClient;
  readonly #tenant: Tenant;
  readonly #dice: Dice;
  readonly #commits: Commits;
  readonly #pauseMs: number;

  constructor(parts: { api: () => ApiClient; tenant: Tenant; dice: Dice; commits: Commits; pauseMs: number }) {
    this.#api = parts.api;
    this.#pauseMs = parts.pauseMs;
    this.#tenant = parts.tenant;
    this.#dice = parts.dice;
    this.#commits = parts.commits;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#once();
      } catch (error) {
        if (!(error instanceof ApiError) && !(error instanceof DOMException)) throw error;
      }
      await wait(this.#dice.between(0, this.#pauseMs));
    }
  }

  async #once(): Promise<void> {
    const dice = this.#dice;
    const { tasks, projects, documents } = this.#tenant;
    const options = { signal: AbortSignal.timeout(GIVE_UP_MS) };
    const throwOf = dice.next();
    if (throwOf < 0.2 && tasks.length < this.#tenant.mostTasks) {
      const made = await this.#api().create("task", { title: "By REST", project_id: dice.pick(projects) }, options);
      tasks.push(made.id);
      this.#commits.add("task", [made]);
    } else if (throwOf < 0.35) {
      await this.#api().remove("task", dice.pick(tasks), options);
    } else if (throwOf < 0.6) {
      const changed = await this.#api().update(
        "document",
        dice.pick(documents),
        { title: `By REST ${dice.next()}` },
        options,
      );
      this.#commits.add("document", [changed]);
    } else {
      const changed = await this.#api().update("task", dice.pick(tasks), { title: `By REST ${dice.next()}` }, options);
      this.#commits.add("task", [changed]);
    }
  }
}
