import path from "node:path";

/** A bounded piece of work: a command that writes its result as JSON, or prints a closing line. */
export interface Step {
  readonly name: string;
  /** Program of the repository with its arguments, run by this Node. */
  readonly args: readonly string[];
  /** Variables that it needs besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Reads the cases from the JSON that the command wrote to the file given by `--json`, or from what it printed. */
  readonly result: (json: unknown, output: string) => StepResult;
  /** Whether the command takes `--json FILE`. */
  readonly writesJson: boolean;
}

export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  /** Seed and figures for the report, in one line. */
  readonly facts: string;
}

/** A part of the full tests that ends within an hour on two quiet cores. */
export interface FullPart {
  readonly name: string;
  readonly holds: string;
  readonly steps: readonly Step[];
}

const closingLine = /^(\d+) passed, (\d+) failed$/m;

const suite: FullPart = {
  name: "suite",
  holds: "everything that npm test runs, with every case that it selects from",
  steps: [
    {
      name: "npm test",
      args: ["dev/src/test.ts"],
      env: { HELIOGRAPH_EVERY_CASE: "1" },
      writesJson: false,
      result: (_json, output) => {
        const [, passed = "0", failed = "1"] = closingLine.exec(output) ?? [];
        return { passed: Number(passed), failed: Number(failed), facts: "vitest" };
      },
    },
  ],
};

const schedules = 100_000;
const schedulesPerStep = 2_500;
const simulationParts = 4;

function simulationPart(index: number): FullPart {
  const perPart = schedules / simulationParts;
  const first = index * perPart + 1;
  const steps = Array.from({ length: perPart / schedulesPerStep }, (_, step): Step => {
    const seed = first + step * schedulesPerStep;
    return {
      name: `seeds ${seed} to ${seed + schedulesPerStep - 1}`,
      args: ["verification/simulation/src/cli.ts", "--schedules", String(schedulesPerStep), "--seed", String(seed)],
      writesJson: true,
      result: (json) => {
        const { schedules: ran, violations } = json as { schedules: number; violations: number };
        return {
          passed: ran - violations,
          failed: violations,
          facts: `seed ${seed}, ${ran} of ${schedules} schedules`,
        };
      },
    };
  });
  const last = first + perPart - 1;
  return { name: `simulation-${index + 1}`, holds: `simulated schedules, seeds ${first} to ${last}`, steps };
}

const mutantParts = 3;
const mutantSteps = 4;

function mutantPart(index: number): FullPart {
  const steps = Array.from({ length: mutantSteps }, (_, step): Step => {
    const part = `${index * mutantSteps + step + 1}/${mutantParts * mutantSteps}`;
    return {
      name: `mutants ${part}`,
      args: ["verification/mutants/src/cli.ts", "--part", part],
      writesJson: true,
      result: (json) => {
        const { caught, of, existing } = json as { caught: number; of: number; existing: number };
        return { passed: caught, failed: of - caught, facts: `${of} of ${existing} mutants` };
      },
    };
  });
  return { name: `mutants-${index + 1}`, holds: "mutants of the catalog, each expected to be caught", steps };
}

const injectionsPerFault = 20;
const chaosParts = 3;
const chaosSteps = 4;

function chaosResult(seed: number) {
  return (json: unknown) => {
    const { total } = json as { total: { runs: number; comparisons: number; broken: boolean } };
    const facts = `seed ${seed}, ${total.runs} injections, ${total.comparisons} comparisons`;
    return { passed: total.runs - Number(total.broken), failed: Number(total.broken), facts };
  };
}

function chaosPart(index: number): FullPart {
  const steps = Array.from({ length: chaosSteps }, (_, step): Step => {
    const number = index * chaosSteps + step + 1;
    const part = `${number}/${chaosParts * chaosSteps}`;
    const seed = 7_000 + number;
    return {
      name: `faults ${part}`,
      args: [
        ...["verification/chaos/src/cli.ts", "--part", part, "--each", String(injectionsPerFault)],
        ...["--seed", String(seed), "--workers", "2"],
      ],
      writesJson: true,
      result: chaosResult(seed),
    };
  });
  return {
    name: `chaos-${index + 1}`,
    holds: `faults on real processes, ${injectionsPerFault} injections each`,
    steps,
  };
}

const oracleSeed = 9_001;
const oracle: FullPart = {
  name: "oracle",
  holds: "200 clients, more rows, and only deaths",
  steps: [
    {
      name: "deaths",
      args: ["verification/chaos/src/cli.ts", "--oracle", "--budget", "40", "--seed", String(oracleSeed)],
      writesJson: true,
      result: chaosResult(oracleSeed),
    },
  ],
};

const terraform: FullPart = {
  name: "terraform",
  holds: "all environments validated, Terraform's tests, and the policies; needs terraform and TF_PLUGIN_DIR",
  steps: [
    {
      name: "terraform",
      args: ["dev/src/terraform.ts"],
      writesJson: false,
      // Without problems the command says nothing; each problem is a line of its own.
      result: (_json, output) => {
        const problems = output.split("\n").filter((line) => line.trim() !== "").length;
        return { passed: problems === 0 ? 1 : 0, failed: problems, facts: "environments, tests and policies" };
      },
    },
  ],
};

/** Every part, in the order in which `npm run test:full` runs them. */
export const fullParts: readonly FullPart[] = [
  suite,
  ...Array.from({ length: simulationParts }, (_, index) => simulationPart(index)),
  ...Array.from({ length: mutantParts }, (_, index) => mutantPart(index)),
  ...Array.from({ length: chaosParts }, (_, index) => chaosPart(index)),
  oracle,
  terraform,
];

/** Where a step's command writes its JSON. */
export function jsonFileOf(folder: string, part: FullPart, step: number): string {
  return path.join(folder, `${part.name}-${step + 1}.json`);
}
