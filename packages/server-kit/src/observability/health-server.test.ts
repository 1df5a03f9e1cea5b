import { expect, onTestFinished, test } from "vitest";
import { startHealthServer } from "./health-server.ts";
import { createMetricsRegistry } from "./metrics-registry.ts";

const start = (port: number) =>
  startHealthServer({
    port,
    host: "127.0.0.1",
    health: { notReady: () => undefined },
    metricsRegistry: createMetricsRegistry("test"),
  });

test("a port in use is reported with its number and a remedy", async () => {
  const { port, close } = await start(0);
  onTestFinished(close);
  await expect(start(port)).rejects.toThrow(
    `port ${port}: address already in use; stop the other process, or choose another port with PORT`,
  );
});
