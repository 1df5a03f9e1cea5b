import { expect, test, vi } from "vitest";
import { createLogger, logReady } from "./logger.ts";

test.each(["info", "warn", "fatal", "silent"])("the ready line is written at level %s", (level) => {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  try {
    logReady(createLogger("test", level), 4000, "test ready");
  } finally {
    write.mockRestore();
  }
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ event: "ready", port: 4000, service: "test" }]);
});
