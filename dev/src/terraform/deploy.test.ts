import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { terraformFolder } from "./check-terraform.ts";

const outputValues = {
  region: { value: "eu-west-9" },
  cluster_name: { value: "heliograph-dev" },
  service_names: { value: { gateway: "gateway", watcher: "watcher" } },
  task_definitions: { value: { gateway: "arn:gateway:8", watcher: "arn:watcher:8" } },
  migrate: {
    value: {
      task_definition: "arn:task",
      subnet_ids: ["subnet-1", "subnet-2"],
      security_group_id: "sg-1",
      log_group: "/log",
    },
  },
  web: { value: { bucket: "files", distribution_id: "D1" } },
  api_url: { value: "https://api.example.com/api/v1" },
  socket_url: { value: "wss://api.example.com/ws/sync" },
};

interface Deployment {
  /** Exit code of the migration. */
  exitCode?: string;
  /** How many status queries find the migration running. */
  runningAnswers?: number;
  web?: boolean;
  /** Arguments of the script after the environment. */
  args?: readonly string[];
  /** Input on the terminal. */
  input?: string;
  /** The task definition that each service is found to run. */
  runs?: Readonly<Partial<Record<"watcher" | "gateway", string>>>;
}

/** Runs the script with stand-ins for terraform, aws, npm and sleep that record their arguments. */
function deploy({
  exitCode = "0",
  runningAnswers = 0,
  web = true,
  args = ["-auto-approve"],
  input = "",
  runs = {},
}: Deployment = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "hg-deploy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const asked = path.join(folder, "asked");
  const outputs = web ? outputValues : { ...outputValues, web: { value: { bucket: null } } };
  writeFileSync(path.join(folder, "outputs.json"), JSON.stringify(outputs));
  writeFileSync(path.join(folder, "running-answers"), "x".repeat(runningAnswers));
  const found = { watcher: "arn:watcher:8\\tCOMPLETED", gateway: "arn:gateway:8\\tCOMPLETED", ...runs };
  const programs = {
    // Like terraform: asks unless approved beforehand, and fails without an answer.
    terraform: `[ "$1" = output ] && exec cat "${folder}/outputs.json"
case "$*" in *-auto-approve*) ;; *) read answer && [ "$answer" = yes ] || { echo "error asking for approval" >&2; exit 1; };; esac`,
    aws: `case "$*" in
*run-task*) echo arn:aws:ecs:task;;
*lastStatus*) if [ -s "${folder}/running-answers" ]; then echo RUNNING; else echo STOPPED; fi;;
*exitCode*) echo ${exitCode};;
*stoppedReason*) echo "Essential container exited";;
*describe-services*"--services watcher"*) printf '${found.watcher}\\n';;
*describe-services*"--services gateway"*) printf '${found.gateway}\\n';;
esac`,
    sleep: `printf '%s' "$(cut -c 2- "${folder}/running-answers")" > "${folder}/rest"; mv "${folder}/rest" "${folder}/running-answers"`,
    npm: 'echo "env $VITE_API_URL $VITE_WS_URL" >> "$ASKED"',
  };
  for (const [name, body] of Object.entries(programs)) {
    const file = path.join(folder, name);
    const line = name === "aws" ? `${name} $* in $AWS_REGION` : `${name} $*`;
    writeFileSync(file, `#!/bin/sh\n[ "$1" = output ] || echo "${line}" >> "$ASKED"\n${body}\nexit 0\n`);
    chmodSync(file, 0o755);
  }
  const { status, stderr } = spawnSync("sh", [path.join(terraformFolder, "deploy.sh"), "dev", ...args], {
    encoding: "utf8",
    input,
    env: {
      PATH: [folder, path.dirname(process.execPath), process.env["PATH"]].join(path.delimiter),
      ASKED: asked,
      AWS_REGION: "us-shell-1",
    },
  });
  const lines = readFileSync(asked, "utf8").trim().split("\n");
  return { status, stderr, lines, steps: lines.map((line) => line.split(" ").slice(0, 3).join(" ")) };
}

test("the schema is deployed first, then watchers and gateways, then the application", () => {
  const { status, stderr, lines, steps } = deploy();
  expect(stderr).not.toContain("not found");
  expect(status).toBe(0);
  expect(steps).toEqual([
    "terraform apply -input=false",
    "aws ecs run-task",
    "aws ecs describe-tasks",
    "aws ecs describe-tasks",
    "terraform apply -input=false",
    "aws ecs describe-services",
    "aws ecs describe-services",
    expect.stringMatching(/^npm --prefix /),
    "env https://api.example.com/api/v1 wss://api.example.com/ws/sync",
    "aws s3 sync",
    "aws s3 cp",
    "aws cloudfront create-invalidation",
  ]);
  for (const module of ["network", "security", "database", "migrate"])
    expect(lines[0]).toContain(`-target=module.heliograph.module.${module}`);
  expect(lines[0]).toContain("-auto-approve");
  expect(lines[1]).toContain("subnets=[subnet-1,subnet-2],securityGroups=[sg-1],assignPublicIp=DISABLED");
  expect(lines[4]).toBe("terraform apply -input=false -auto-approve");
});

// The operator's guide runs the script without arguments: operators read the plans and confirm them.
test("without arguments each of the two plans needs a confirmation", () => {
  expect(deploy({ args: [], input: "yes\nyes\n" }).status).toBe(0);
  const once = deploy({ args: [], input: "yes\nno\n" });
  expect(once.status).toBe(1);
  expect(once.lines.at(-1)).toBe("terraform apply -input=false");
  const never = deploy({ args: [] });
  expect(never.status).toBe(1);
  expect(never.lines).toHaveLength(1);
});

test("the region is that of the stack, not that of the shell", () => {
  const asked = deploy().lines.filter((line) => line.startsWith("aws "));
  expect(asked.length).toBeGreaterThan(5);
  for (const line of asked) expect(line).toMatch(/ in eu-west-9$/);
});

test("the script waits for a long migration and reports that it runs", () => {
  const { status, stderr, steps } = deploy({ runningAnswers: 15 });
  expect(status).toBe(0);
  expect(stderr).toContain("the migration is RUNNING after 1 min");
  expect(steps).not.toContain("aws ecs wait");
});

test("a failed migration leaves services and application unchanged", () => {
  const { status, stderr, lines } = deploy({ exitCode: "1" });
  expect(status).toBe(1);
  expect(lines.filter((line) => line.startsWith("terraform apply"))).toHaveLength(1);
  expect(stderr).toContain(
    "the migration failed with exit code 1 (Essential container exited); nothing else was changed",
  );
});

test.each([
  ["watcher", "arn:watcher:7\\tCOMPLETED", "arn:watcher:7 COMPLETED"],
  ["gateway", "arn:gateway:7\\tCOMPLETED", "arn:gateway:7 COMPLETED"],
  ["gateway", "arn:gateway:8\\tIN_PROGRESS", "arn:gateway:8 IN_PROGRESS"],
] as const)("%s that is found at %s is not taken for deployed", (part, runs, said) => {
  const { status, stderr, lines } = deploy({ runs: { [part]: runs } });
  expect(status).toBe(1);
  expect(stderr).toContain(`${part} runs ${said} instead of arn:${part}:8 COMPLETED`);
  expect(lines.join()).not.toContain("npm");
});

test("without an application the script ends after the services", () => {
  const { status, lines } = deploy({ web: false });
  expect(status).toBe(0);
  expect(lines.at(-1)).toContain("describe-services");
});
