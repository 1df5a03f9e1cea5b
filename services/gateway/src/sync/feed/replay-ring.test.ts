import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { id, logChange } from "../testing/test-sync-core.ts";
import { ReplayRing } from "./replay-ring.ts";

const stretch = (after: number, seq: number, epoch = "one") => ({
  epoch,
  after,
  seq,
  changes: Array.from({ length: seq - after }, () => logChange({ entityId: id() })),
});
const seqs = (ring: ReplayRing, seq: number, epoch = "one") => ring.since({ epoch, seq })?.map((found) => found.seq);

test("since returns what came after a position, also one inside a segment; nothing at the end", () => {
  const ring = new ReplayRing({ clock: new FakeClock(), maxItems: 100, maxAgeMs: 1000 });
  ring.restart({ epoch: "one", seq: 10 });
  for (const [after, seq] of [
    [10, 13],
    [13, 14],
    [14, 20],
  ] as const)
    ring.push(stretch(after, seq));
  expect(seqs(ring, 10)).toEqual([13, 14, 20]);
  expect(seqs(ring, 12)).toEqual([13, 14, 20]);
  expect(seqs(ring, 13)).toEqual([14, 20]);
  expect(seqs(ring, 20)).toEqual([]);
});

test("a position before the beginning, beyond the end or of another epoch is unknown", () => {
  const ring = new ReplayRing({ clock: new FakeClock(), maxItems: 100, maxAgeMs: 1000 });
  expect(seqs(ring, 0)).toBeUndefined();
  ring.restart({ epoch: "one", seq: 10 });
  ring.push(stretch(10, 13));
  expect([seqs(ring, 9), seqs(ring, 14), seqs(ring, 13, "two")]).toEqual([undefined, undefined, undefined]);
});

// Fails when a segment is simply appended: the gap would look like a time without changes.
test("a segment that does not follow on restarts the ring", () => {
  const ring = new ReplayRing({ clock: new FakeClock(), maxItems: 100, maxAgeMs: 1000 });
  ring.restart({ epoch: "one", seq: 10 });
  ring.push(stretch(10, 13));
  ring.push(stretch(15, 16));
  expect(seqs(ring, 12)).toBeUndefined();
  expect(seqs(ring, 15)).toEqual([16]);
  ring.push(stretch(16, 18, "two"));
  expect(seqs(ring, 15)).toBeUndefined();
  expect(seqs(ring, 16, "two")).toEqual([18]);
});

test("the ring is bounded by number and by age", async () => {
  const clock = new FakeClock();
  const ring = new ReplayRing({ clock, maxItems: 5, maxAgeMs: 1000 });
  ring.restart({ epoch: "one", seq: 0 });
  for (let seq = 0; seq < 5000; seq += 2) ring.push(stretch(seq, seq + 2));
  expect(ring.size).toBe(4);
  expect(seqs(ring, 4996)).toEqual([4998, 5000]);
  expect(seqs(ring, 4994)).toBeUndefined();
  await clock.advance(1001);
  ring.push(stretch(5000, 5001));
  expect(seqs(ring, 5000)).toEqual([5001]);
  expect(seqs(ring, 4999)).toBeUndefined();
});
