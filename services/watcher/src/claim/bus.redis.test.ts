import { randomUUID } from "node:crypto";
import { createLogger } from "@heliograph/server-kit";
import { startFreezer } from "@heliograph/server-kit/testing";
import { expect, inject, onTestFinished, test } from "vitest";
import { createRedisBus } from "./bus.ts";

// Fails when nothing bounds the wait for Redis: the leader would wait inside its loop, lose the lease, and so would the
// next one; nothing would get a sequence number any more, and no gateway could find it in the log either.
test("a Redis that takes everything and answers nothing does not hold the leader up", async () => {
  const redisUrl = inject("redisUrl");
  if (!redisUrl) throw new Error("this test needs Redis: install redis-server");
  await using way = await startFreezer(redisUrl);
  const logger = createLogger("test", "silent");
  const bus = createRedisBus({ url: way.url, prefix: `test-${randomUUID()}`, logger, onPoke: () => undefined });
  onTestFinished(() => bus.close());
  const publish = (): Promise<boolean> => bus.publish({ type: "heartbeat", epoch: "e", seq: 1 });
  await expect.poll(publish, { timeout: 5000, interval: 10 }).toBe(true);

  way.freeze(true);
  const started = performance.now();
  expect(await publish()).toBe(false);
  // Well below the lease of 3 s, renewed once a second.
  expect(performance.now() - started).toBeLessThan(1900);
  expect(await publish()).toBe(false);
  way.freeze(false);
  await expect.poll(publish, { timeout: 10_000, interval: 50 }).toBe(true);
}, 20_000);
