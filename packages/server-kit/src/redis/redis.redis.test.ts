import { expect, inject, test } from "vitest";
import { createLogger } from "../observability/logger.ts";
import { startFreezableProxy } from "../testing/freezable-proxy.ts";
import { createRedis } from "./redis.ts";

// Fails when a connection that only subscribes is not pinged: hints would be late for ten minutes.
test("a subscriber notices a silent connection within seconds and works again after it", async () => {
  const redisUrl = inject("redisUrl");
  if (!redisUrl) throw new Error("this test needs Redis: install redis-server");
  await using proxy = await startFreezableProxy(redisUrl);
  const redis = createRedis({ url: proxy.url, name: "test", logger: createLogger("test", "silent") });
  const next = (event: "ready" | "close"): Promise<void> =>
    new Promise((resolve) => redis.once(event, () => resolve()));
  try {
    await next("ready");
    await redis.subscribe("a channel");
    proxy.freeze(true);
    const frozenAt = performance.now();
    await next("close");
    expect(performance.now() - frozenAt).toBeLessThan(6000);
    proxy.freeze(false);
    await next("ready");
    // Pings work in subscriber mode too: an unexpected answer would close the connection again.
    await redis.subscribe("a channel");
    expect(await redis.ping()).toMatch(/pong/i);
  } finally {
    redis.disconnect();
  }
});
