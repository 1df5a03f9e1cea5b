import { expect, test } from "vitest";
import { StatementLog } from "./statement-log.ts";

test("reads statements of one or more lines from the server log, with their program", () => {
  const log = new StatementLog();
  log.line("~one~LOG:  statement: select 0");
  log.begin();
  for (const line of [
    "~one~LOG:  execute <unnamed>: select 1",
    "~two~LOG:  execute named: ",
    "\t  update t",
    "\t     set a = 1",
    "~two~DETAIL:  Parameters: $1 = '1'",
    "~~LOG:  checkpoint starting: time",
    "~one~LOG:  statement: begin",
  ])
    log.line(line);
  expect(log.end()).toEqual([
    { program: "one", text: "select 1" },
    { program: "two", text: "update t set a = 1" },
    { program: "one", text: "begin" },
  ]);
});
