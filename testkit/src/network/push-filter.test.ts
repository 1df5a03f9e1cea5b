import { expect, test } from "vitest";
import { PushFilter } from "./push-filter.ts";

function push(body: string): string {
  return `*3\r\n$7\r\nmessage\r\n$4\r\nhint\r\n$${Buffer.byteLength(body)}\r\n${body}\r\n`;
}

test("dropping messages leaves the stream well-formed wherever it is split", () => {
  const stream = Buffer.from(`+PONG\r\n${push("one")}${push("zwei ü")}${push("three")}`);
  for (let cut = 8; cut < stream.length; cut++) {
    const filter = new PushFilter();
    let count = 0;
    const drops = () => ++count === 2;
    const kept = [stream.subarray(0, 7), stream.subarray(7, cut), stream.subarray(cut)].map((chunk) =>
      filter.pass(chunk, drops),
    );
    expect(Buffer.concat(kept).toString()).toBe(`+PONG\r\n${push("one")}${push("three")}`);
  }
});

test("replies that are not messages pass unchanged", () => {
  const filter = new PushFilter();
  const reply = Buffer.from("*3\r\n$9\r\nsubscribe\r\n$4\r\nhint\r\n:1\r\n");
  expect(filter.pass(reply, () => true).equals(reply)).toBe(true);
});
