import { afterEach, expect, test, vi } from "vitest";
import { suppressRxdbNotice } from "./suppress-rxdb-notice.ts";

const notice = "-------------- RxDB Open Core RxStorage -------------------------------\nYou are using …";

const out = globalThis.console;

afterEach(() => {
  vi.restoreAllMocks();
});

test("only the notice is suppressed, and only during the work", async () => {
  const warn = vi.spyOn(out, "warn").mockImplementation(() => {});
  const before = out.warn;
  await suppressRxdbNotice(async () => {
    out.warn(notice);
    out.warn("another warning", { with: "details" });
    out.warn(new Error("RxDB Open Core RxStorage"));
  });
  expect(warn.mock.calls).toEqual([["another warning", { with: "details" }], [new Error("RxDB Open Core RxStorage")]]);
  expect(out.warn).toBe(before);
  out.warn(notice);
  expect(warn).toHaveBeenLastCalledWith(notice);
});

test("two concurrent calls, one of which fails, leave the console as it was", async () => {
  const before = out.warn;
  const slow = Promise.withResolvers<void>();
  const first = suppressRxdbNotice(() => slow.promise);
  await expect(suppressRxdbNotice(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(out.warn).not.toBe(before);
  slow.resolve();
  await first;
  expect(out.warn).toBe(before);
});
