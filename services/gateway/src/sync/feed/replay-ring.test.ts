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

test("what came after a place, also one inside a stretch; nothing at the end", () => {
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

test("a place before the beginning, beyond the end or of another history is not known", () => {
  const ring = new ReplayRing({ clock: new FakeClock(), maxItems: 100, maxAgeMs: 1000 });
  expect(seqs(ring, 0)).toBeUndefined();
  ring.restart({ epoch: "one", seq: 10 });
  ring.push(stretch(10, 13));
  expect([seqs(ring, 9), seqs(ring, 14), seqs(ring, 13, "two")]).toEqual([undefined, undefined, undefined]);
});

// Fails when a stretch is simply appended: what lies in the hole would be taken for a time without changes.
test("a stretch that does not follow on begins anew", () => {
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

test("it is bounded by number and by age", async () => {
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
