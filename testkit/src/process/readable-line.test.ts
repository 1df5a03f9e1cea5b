import { expect, test } from "vitest";
import { parseLogLine, readableLine } from "./readable-line.ts";

test("of a log line people read the message and its cause", () => {
  const line = JSON.stringify({ level: 50, pid: 7, msg: "cannot read the log", err: { message: "no connection" } });
  expect(readableLine(line)).toBe("cannot read the log: no connection");
  expect(parseLogLine(line)?.level).toBe(50);
  expect(readableLine(JSON.stringify({ level: 40, msg: "no redis", cause: "refused" }))).toBe("no redis: refused");
});

test.each(["Error: a stack trace", "{ code: 'ERR' }", "{}", ""])("%j is no log line and stays as it is", (line) => {
  expect(parseLogLine(line)).toBeNull();
  expect(readableLine(line)).toBe(line);
});
