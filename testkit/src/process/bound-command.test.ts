import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { boundCommand } from "./bound-command.ts";

const onlyLinux = test.skipIf(process.platform !== "linux");
const module = JSON.stringify(new URL("bound-command.ts", import.meta.url).href);

/** Source of a program that starts `script` bound to itself, with its own stdout, and keeps running. */
function parentOf(script: string): string {
  return `
    import { spawn } from "node:child_process";
    import { boundCommand } from ${module};
    const { command, args } = boundCommand(process.execPath, ["-e", ${JSON.stringify(script)}], "TERM");
    spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    setInterval(() => undefined, 1000);`;
}

test("passes command, arguments and exit code unchanged, and the child has the process id of the command", async () => {
  const odd = ["a b", "$0", "'", ""];
  const script = "console.log(JSON.stringify([process.pid, ...process.argv.slice(1)])); process.exit(7)";
  const { command, args } = boundCommand(process.execPath, ["-e", script, "--", ...odd], "TERM");
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk));
  expect(await once(child, "close")).toEqual([7, null]);
  expect(JSON.parse(out)).toEqual([child.pid, ...odd]);
});

onlyLinux("a program ends when its parent is killed", async () => {
  const script = "console.log('up'); setInterval(() => undefined, 1000)";
  const parent = spawn(process.execPath, ["--input-type=module", "-e", parentOf(script)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: parent.stdout }), "line");
  parent.kill("SIGKILL");
  // "close" fires only when the last process with the pipe has ended, which is the program.
  await once(parent, "close");
});

onlyLinux("a program does not start when its parent died before setpriv requested the signal", async () => {
  const { command, args } = boundCommand(process.execPath, ["-e", "console.log('started')"], "TERM");
  // The wrapped command as the child of another process, as after its parent died and it was reparented.
  const child = spawn("/bin/sh", ["-c", '"$@"; exit $?', "sh", command, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk));
  const [code] = await once(child, "close");
  expect(out).toBe("");
  expect(code).not.toBe(0);
});
