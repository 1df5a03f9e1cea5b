import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { terraformFolder } from "./check-terraform.ts";

const told = {
  cluster_name: { value: "heliograph-dev" },
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

/** Runs the script with programs in place of terraform, aws and npm that write down what they are asked. */
function deploy(options: { exitCode: string; web?: boolean }) {
  const folder = mkdtempSync(path.join(tmpdir(), "hg-deploy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const asked = path.join(folder, "asked");
  const outputs = options.web === false ? { ...told, web: { value: { bucket: null } } } : told;
  writeFileSync(path.join(folder, "outputs.json"), JSON.stringify(outputs));
  const programs = {
    terraform: `[ "$1" = output ] && exec cat "${folder}/outputs.json"`,
    aws: `case "$*" in *run-task*) echo arn:aws:ecs:task;; *describe-tasks*) echo ${options.exitCode};; esac`,
    npm: 'echo "env $VITE_API_URL $VITE_WS_URL" >> "$ASKED"',
  };
  for (const [name, body] of Object.entries(programs)) {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\n[ "$1" = output ] || echo "${name} $*" >> "$ASKED"\n${body}\nexit 0\n`);
    chmodSync(file, 0o755);
  }
  const { status, stderr } = spawnSync("sh", [path.join(terraformFolder, "deploy.sh"), "dev", "-auto-approve"], {
    encoding: "utf8",
    env: { PATH: [folder, path.dirname(process.execPath), process.env["PATH"]].join(path.delimiter), ASKED: asked },
  });
  const lines = readFileSync(asked, "utf8").trim().split("\n");
  return { status, stderr, lines, steps: lines.map((line) => line.split(" ").slice(0, 3).join(" ")) };
}

test("schema first, then watchers and gateways, then the application", () => {
  const { status, lines, steps } = deploy({ exitCode: "0" });
  expect(status).toBe(0);
  expect(steps).toEqual([
    "terraform apply -input=false",
    "aws ecs run-task",
    "aws ecs wait",
    "aws ecs describe-tasks",
    "terraform apply -input=false",
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

test("a migration that fails leaves services and application as they are", () => {
  const { status, stderr, lines } = deploy({ exitCode: "1" });
  expect(status).toBe(1);
  expect(lines).toHaveLength(4);
  expect(stderr).toContain("the migration ended with 1, nothing else was changed");
});

test("without an application it ends after the services", () => {
  const { status, lines } = deploy({ exitCode: "0", web: false });
  expect(status).toBe(0);
  expect(lines.at(-1)).toContain("terraform apply");
});
