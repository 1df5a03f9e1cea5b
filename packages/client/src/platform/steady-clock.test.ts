import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";
import { steadyClock } from "./steady-clock.ts";

test("a step back is not seen, a step forward is followed", async () => {
  const clock = new FakeClock();
  const steady = steadyClock(clock);
  const begun = steady.wallNow();
  await clock.advance(1_000);
  clock.skewMs = -3_600_000;
  expect(steady.wallNow()).toBe(begun + 1_000);
  await clock.advance(500);
  expect(steady.wallNow()).toBe(begun + 1_500);
  clock.skewMs += 60_000; // asleep for a minute, say
  expect(steady.wallNow()).toBe(begun + 61_500);
});

// Fails with the device's own clock: the next attempt is then an hour away.
test("a device whose clock is set back while it has no connection connects again at once", async () => {
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
