import { afterEach, expect, test, vi } from "vitest";
import { suppressRxdbNotice } from "./suppress-rxdb-notice.ts";

const advertisement = "-------------- RxDB Open Core RxStorage -------------------------------\nYou are using …";

const out = globalThis.console;

afterEach(() => {
  vi.restoreAllMocks();
});

test("only the advertisement is kept off the console, and only during the work", async () => {
  const warn = vi.spyOn(out, "warn").mockImplementation(() => {});
  const before = out.warn;
  await suppressRxdbNotice(async () => {
    out.warn(advertisement);
    out.warn("something else", { of: "importance" });
    out.warn(new Error("RxDB Open Core RxStorage"));
  });
  expect(warn.mock.calls).toEqual([["something else", { of: "importance" }], [new Error("RxDB Open Core RxStorage")]]);
  expect(out.warn).toBe(before);
  out.warn(advertisement);
  expect(warn).toHaveBeenLastCalledWith(advertisement);
});

test("two openings at once, one of which fails, leave the console as it was", async () => {
  const before = out.warn;
  const slow = Promise.withResolvers<void>();
  const first = suppressRxdbNotice(() => slow.promise);
  await expect(suppressRxdbNotice(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(out.warn).not.toBe(before);
  slow.resolve();
  await first;
  expect(out.warn).toBe(before);
});
