import { expect, test } from "vitest";
import { parseLogLine, readableLine } from "./readable-line.ts";

test("a log line is reduced to its message and cause", () => {
  const line = JSON.stringify({ level: 50, pid: 7, msg: "cannot read the log", err: { message: "no connection" } });
  expect(readableLine(line)).toBe("cannot read the log: no connection");
  expect(parseLogLine(line)?.level).toBe(50);
  expect(readableLine(JSON.stringify({ level: 40, msg: "no redis", cause: "refused" }))).toBe("no redis: refused");
});

test.each(["Error: a stack trace", "{ code: 'ERR' }", "{}", ""])("%j is not a log line and stays unchanged", (line) => {
  expect(parseLogLine(line)).toBeNull();
  expect(readableLine(line)).toBe(line);
});
