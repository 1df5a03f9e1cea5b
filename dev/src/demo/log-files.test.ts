import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LogFiles, openLogFiles } from "./log-files.ts";

let folder = "";
let time = 0;
let said: string[] = [];
let logs: LogFiles;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/hg-logs-`);
  time = 0;
  said = [];
  logs = openLogFiles(
    folder,
    (text) => said.push(text),
    () => time,
  );
});
afterEach(() => {
  logs[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const line = (level: number, msg: string) => JSON.stringify({ level, msg });

test("errors and lines that are no log lines are reported on the terminal, the others go to the file only", () => {
  logs.writeService("gateway-1", line(30, "ready"));
  logs.writeService("gateway-1", line(50, "the database is gone"));
  logs.writeService("gateway-1", "SyntaxError: unexpected token");
  logs.writeService("gateway-1", "");
  logs.write("postgres", "LOG: checkpoint");
  expect(said).toEqual(["gateway-1: the database is gone", "gateway-1: SyntaxError: unexpected token"]);
});

test("the same text is reported once in half a minute, whichever service logs it", () => {
  for (const name of ["gateway-1", "gateway-2", "gateway-1"]) logs.writeService(name, line(50, "gone"));
  expect(said).toEqual(["gateway-1: gone"]);
  time = 30_000;
  logs.writeService("gateway-2", line(50, "gone"));
  expect(said).toEqual(["gateway-1: gone", "gateway-2: gone"]);
});
