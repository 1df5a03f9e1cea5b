import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { expect, test } from "vitest";
import { EmfLines, untilNextLine } from "./emf.ts";

function createLines() {
  const metricsRegistry = new Registry();
  const registers = [metricsRegistry];
  let sockets = 0;
  new Gauge({
    name: "connections",
    help: "-",
    registers,
    collect() {
      this.set(sockets);
    },
  });
  const unset = new Gauge({ name: "days", help: "-", registers, labelNames: ["of"] });
  const errors = new Counter({ name: "errors_total", help: "-", registers, labelNames: ["kind"] });
  const lag = new Histogram({ name: "lag_seconds", help: "-", registers, buckets: [0.1, 1, 5] });
  const lines = new EmfLines({
    namespace: "Heliograph/test",
    service: "gateway",
    metricsRegistry,
    names: { ActiveConnections: "connections", Days: "days", Errors: "errors_total", LagSeconds: "lag_seconds" },
  });
  const next = async () => JSON.parse(await lines.line(1_700_000_000_000)) as Record<string, unknown>;
  return { next, open: (count: number) => (sockets = count), errors, lag, unset, metricsRegistry };
}

test("a line declares its metrics, their units, the namespace and one dimension", async () => {
  const { next, open, lag } = createLines();
  open(7);
  lag.observe(0.5);
  const line = await next();
  expect(line["_aws"]).toEqual({
    Timestamp: 1_700_000_000_000,
    CloudWatchMetrics: [
      {
        Namespace: "Heliograph/test",
        Dimensions: [["Service"]],
        Metrics: [
          { Name: "ActiveConnections", Unit: "Count" },
          { Name: "Errors", Unit: "Count" },
          { Name: "LagSeconds", Unit: "Seconds" },
        ],
      },
    ],
  });
  expect(line).toMatchObject({ Service: "gateway", ActiveConnections: 7, Errors: 0 });
});

test("a counter is reported as its increase since the last line, over all labels", async () => {
  const { next, errors } = createLines();
  errors.inc({ kind: "a" }, 2);
  errors.inc({ kind: "b" });
  expect((await next())["Errors"]).toBe(3);
  expect((await next())["Errors"]).toBe(0);
  errors.inc({ kind: "a" });
  expect((await next())["Errors"]).toBe(1);
});

test("a histogram is reported as the increase of each bucket since the last line", async () => {
  const { next, lag } = createLines();
  for (const seconds of [0.05, 0.06, 0.5, 70]) lag.observe(seconds);
  expect((await next())["LagSeconds"]).toEqual({ Values: [0.1, 1, 5], Counts: [2, 1, 1] });
  lag.observe(0.5);
  expect((await next())["LagSeconds"]).toEqual({ Values: [1], Counts: [1] });
  expect(await next()).not.toHaveProperty("LagSeconds");
});

test("a gauge that was never set is left out", async () => {
  const { next, unset } = createLines();
  expect(await next()).not.toHaveProperty("Days");
  unset.set({ of: "log" }, 14);
  expect((await next())["Days"]).toBe(14);
});

test("an unknown metric is refused", () => {
  const { metricsRegistry } = createLines();
  const options = { namespace: "n", service: "s", metricsRegistry, names: { Missing: "nothing" } };
  expect(() => new EmfLines(options)).toThrow("there is no metric nothing");
});

test("lines are written in the middle of each minute of the clock", () => {
  const minute = 1_700_000_040_000;
  expect(minute % 60_000).toBe(0);
  expect(untilNextLine(minute)).toBe(30_000);
  expect(untilNextLine(minute + 29_999)).toBe(1);
  expect(untilNextLine(minute + 30_000)).toBe(60_000);
  expect(untilNextLine(minute + 45_000)).toBe(45_000);
});
