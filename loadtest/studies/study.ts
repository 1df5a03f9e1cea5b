import type { LocalSite } from "../deployment/local-deployment.ts";
import type { Described } from "../plan/scenario.ts";
import type { Outcome } from "../runner/run-scenario.ts";

export interface StudyContext {
  readonly site: LocalSite;
  readonly settings: Readonly<Record<string, number>>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * A question about the machinery behind the API, asked with the database and the processes at hand: no k6 can do that, and
 * no deployment should have it done to it.
 */
export interface Study extends Described<string> {
  readonly run: (context: StudyContext) => Promise<Outcome>;
}

/** Checks a study against the names of its own settings. */
export function defineStudy<const Name extends string>(
  study: Described<Name> & {
    run: (
      context: Omit<StudyContext, "settings"> & { settings: Readonly<Record<NoInfer<Name>, number>> },
    ) => Promise<Outcome>;
  },
): Study {
  return study as unknown as Study;
}
