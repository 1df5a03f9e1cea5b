import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";
import { steadyClock } from "./steady-clock.ts";

test("wall time never goes back when the device's clock is set back, and follows when it is set forward", async () => {
  const clock = new FakeClock();
  const steady = steadyClock(clock);
  const startedAt = steady.wallNow();
  await clock.advance(1_000);
  clock.skewMs = -3_600_000;
  expect(steady.wallNow()).toBe(startedAt + 1_000);
  await clock.advance(500);
  expect(steady.wallNow()).toBe(startedAt + 1_500);
  clock.skewMs += 60_000; // for example after a minute of sleep
  expect(steady.wallNow()).toBe(startedAt + 61_500);
});

// Fails with the device's clock, with which the next attempt would start an hour later.
test("[G2] a device whose clock is set back while it is disconnected reconnects without a delay", async () => {
  const { client, server, clock } = createTestClient();
  server.write("task", testId(1), {}, [organization]);
  client.entity("task", testId(1)).subscribe(() => {});
  client.start();
  await clock.advance(1_000);
  server.drop();
  clock.skewMs = -3_600_000;
  await clock.advance(10_000);
  expect(client.status().state).toBe("connected");
  client.stop();
});
