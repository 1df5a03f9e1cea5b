import { expect, inject, test } from "vitest";
import { createLogger } from "../observability/logger.ts";
import { startFreezer } from "../testing/freezer.ts";
import { createRedis } from "./redis.ts";

// Fails when a connection that only listens never asks for a sign of life: hints would come late for ten minutes.
test("a listener notices within seconds that nothing can reach it any more, and listens again afterwards", async () => {
  const redisUrl = inject("redisUrl");
  if (!redisUrl) throw new Error("this test needs Redis: install redis-server");
  await using way = await startFreezer(redisUrl);
  const redis = createRedis({ url: way.url, name: "test", logger: createLogger("test", "silent") });
  const next = (event: "ready" | "close"): Promise<void> =>
    new Promise((resolve) => redis.once(event, () => resolve()));
  try {
    await next("ready");
    await redis.subscribe("a channel");
    way.freeze(true);
    const frozenAt = performance.now();
    await next("close");
    expect(performance.now() - frozenAt).toBeLessThan(6000);
    way.freeze(false);
    await next("ready");
    // Also while it listens: an answer that confuses the listener would close it again.
    await redis.subscribe("a channel");
    expect(await redis.ping()).toMatch(/pong/i);
  } finally {
    redis.disconnect();
  }
}, 20_000);
