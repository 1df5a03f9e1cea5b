/** A resource of a plan or a state; values that are known only after creation are absent. */
export interface Resource {
  /** For example "module.database.aws_rds_cluster.this". */
  address: string;
  type: string;
  values: Readonly<Record<string, unknown>>;
}

/** The resources of one run of `terraform test -json -verbose`. */
export interface TestRun {
  name: string;
  status: string;
  resources: readonly Resource[];
}

/** The result of `terraform test`. */
export interface TestReport {
  runs: readonly TestRun[];
  /** One sentence for each failure. */
  problems: readonly string[];
}

interface StateModule {
  resources?: readonly { address: string; type: string; mode: string; values?: Record<string, unknown> }[];
  child_modules?: readonly StateModule[];
}

/** One line of the output, with the fields that are used. */
interface Message {
  type: string;
  "@testrun"?: string;
  test_run?: { run: string; progress?: string; status?: string };
  test_plan?: {
    resource_changes?: readonly {
      address: string;
      type: string;
      mode: string;
      change: { after: Record<string, unknown> | null };
    }[];
  };
  test_state?: { root_module?: StateModule };
  test_summary?: { status: string; failed: number; errored: number; skipped: number };
  diagnostic?: {
    severity: string;
    summary: string;
    detail?: string;
    range?: { filename: string; start: { line: number } };
  };
}

function resourcesOf({ resources = [], child_modules = [] }: StateModule): Resource[] {
  const own = resources.flatMap(({ address, type, mode, values }) =>
    mode === "managed" ? [{ address, type, values: values ?? {} }] : [],
  );
  return [...own, ...child_modules.flatMap(resourcesOf)];
}

function messageOf(line: string): Message | null {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return null;
  }
}

/** Parses the output of `terraform test -json -verbose`. */
export function readTestOutput(output: string): TestReport {
  const runs = new Map<string, TestRun>();
  const problems: string[] = [];
  let ended = false;
  const at = (name: string) => runs.get(name) ?? { name, status: "pending", resources: [] };
  for (const message of output.split("\n").map(messageOf)) {
    if (message === null) continue;
    const name = message["@testrun"] ?? "";
    if (message.test_run?.progress === "complete")
      runs.set(name, { ...at(name), status: message.test_run.status ?? "pending" });
    if (message.test_state?.root_module)
      runs.set(name, { ...at(name), resources: resourcesOf(message.test_state.root_module) });
    if (message.test_plan?.resource_changes) {
      const planned = message.test_plan.resource_changes.flatMap(({ address, type, mode, change }) =>
        mode === "managed" && change.after ? [{ address, type, values: change.after }] : [],
      );
      runs.set(name, { ...at(name), resources: planned });
    }
    if (message.diagnostic?.severity === "error") {
      const { summary, detail, range } = message.diagnostic;
      const place = range ? ` (${range.filename}:${range.start.line})` : "";
      problems.push([name, summary, detail].filter(Boolean).join(": ") + place);
    }
    if (message.test_summary) {
      ended = true;
      const { status, failed, errored, skipped } = message.test_summary;
      if (status !== "pass") problems.push(`terraform test: ${failed} failed, ${errored} errored, ${skipped} skipped`);
    }
  }
  if (!ended) problems.push("terraform test ended without a summary");
  return { runs: [...runs.values()], problems };
}
