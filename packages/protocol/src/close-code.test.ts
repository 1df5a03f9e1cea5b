import { expect, test } from "vitest";
import { closeCodes, reconnectAfter } from "./close-code.ts";

test("[CLO-7] every close code says when to reconnect, and an unknown one means a backoff", () => {
  for (const { code, reconnect } of Object.values(closeCodes)) expect(reconnectAfter(code)).toBe(reconnect);
  expect(reconnectAfter(1006)).toBe("with backoff");
  expect(reconnectAfter(4999)).toBe("with backoff");
});
