import { randomUUID } from "node:crypto";
import { createLogger } from "@heliograph/server-kit";
import { startFreezableProxy } from "@heliograph/server-kit/testing";
import { expect, inject, onTestFinished, test } from "vitest";
import { createRedisBus } from "./bus.ts";

// Fails without a time limit on publishing: the leader would block in its loop and lose the lease, and so would the next
// one. Rows would get no sequence number, so gateways could not find them in the log either.
test("[HINT-11] an unresponsive Redis does not block the leader", async () => {
  const redisUrl = inject("redisUrl");
  if (!redisUrl) throw new Error("this test needs Redis: install redis-server");
  await using proxy = await startFreezableProxy(redisUrl);
  const logger = createLogger("test", "silent");
  const bus = createRedisBus({ url: proxy.url, prefix: `test-${randomUUID()}`, logger, onPoke: () => undefined });
  onTestFinished(() => bus.close());
  const publish = (): Promise<boolean> => bus.publish({ type: "heartbeat", epoch: "e", seq: 1 });
  await expect.poll(publish, { interval: 10 }).toBe(true);

  proxy.freeze(true);
  const started = performance.now();
  expect(await publish()).toBe(false);
  // Well below the lease of 3 s, which is renewed once a second.
  expect(performance.now() - started).toBeLessThan(1900);
  expect(await publish()).toBe(false);
  proxy.freeze(false);
  await expect.poll(publish, { interval: 50 }).toBe(true);
});
