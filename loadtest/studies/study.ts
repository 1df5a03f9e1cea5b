import type { LocalDeployment } from "../deployment/local-deployment.ts";
import type { RunnableDefinition } from "../plan/scenario.ts";
import type { Outcome } from "../runner/run-scenario.ts";

interface StudyContext<Name extends string> {
  readonly deployment: LocalDeployment;
  readonly settings: Readonly<Record<NoInfer<Name>, number>>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

interface StudyDefinition<Name extends string> extends RunnableDefinition<Name> {
  readonly run: (context: StudyContext<Name>) => Promise<Outcome>;
}

/**
 * A question about the machinery behind the API. A study uses the database and the processes directly, so it does not run
 * under k6 or against a remote deployment.
 */
export type Study = StudyDefinition<string>;

/** Type-checks a study against the names of its own settings. */
export function defineStudy<const Name extends string>(definition: StudyDefinition<Name>): Study {
  return definition as unknown as Study;
}
