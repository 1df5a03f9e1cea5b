import { closeCodes } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { startLiveGateway } from "../testing/live-gateway.ts";
import { closeCodeBytes, frame, RawClient } from "../testing/raw-client.ts";

// Fails when only our half of the connection is closed: clients without a token could hold any number of connections forever,
// and a stop of the gateway would wait for them.
test("a refused client that does not close its side is cut off", async () => {
  await using gateway = await startLiveGateway({}, { redis: false });
  await using client = new RawClient(gateway.port);
  client.handshake("/ws/sync");
  expect(await client.until("remedy")).toMatch(/^HTTP\/1\.1 401 .*unauthenticated/s);
  // Only a connection that is closed on the other side answers bytes with a reset.
  const writing = setInterval(() => client.socket.write("x"), 5);
  await client.closed;
  clearInterval(writing);
});

// Fails when control frames are not counted: each ping is answered, and the answers to a client that reads none of them
// would fill the memory of the gateway.
test("a flood of pings closes the socket as too fast", async () => {
  await using gateway = await startLiveGateway({}, { redis: false });
  await using bystander = await gateway.connect("carol");
  await using client = new RawClient(gateway.port);
  client.handshake(`/ws/sync?token=${gateway.tokens.sign(gateway.identity("bob")).token}`);
  await client.until("WELCOME");
  client.socket.write(Buffer.concat(Array.from({ length: 5000 }, () => frame(9, Buffer.alloc(125)))));
  await client.until(closeCodeBytes(closeCodes.tooFast.code));
  // At most the pongs of one burst, 127 bytes each, and the bytes before them.
  expect(client.size).toBeLessThan(100_000);
  expect(await bystander.request({ type: "PING" })).toMatchObject({ type: "PONG" });
});

test("close codes that a client invents share one label", async () => {
  await using gateway = await startLiveGateway({}, { redis: false });
  for (const code of [1000, 3000, 3456, 4999]) {
    await using client = await gateway.connect("bob");
    await client.close(code);
  }
  const closes = async () =>
    (await gateway.metrics.closes.get()).values.map(({ labels, value }) => [labels.code, value]);
  await expect.poll(closes).toEqual([
    ["1000", 1],
    ["other", 3],
  ]);
});

// Some HTTP clients offer HTTP/2 with every clear-text request; the offer may be ignored, the request may not.
test("a request that offers an upgrade to another protocol is answered as an ordinary request", async () => {
  await using gateway = await startLiveGateway({}, { redis: false });
  await using client = new RawClient(gateway.port);
  client.request([
    "GET /healthz/live HTTP/1.1",
    "host: localhost",
    "connection: Upgrade, HTTP2-Settings",
    "upgrade: h2c",
    "http2-settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
  ]);
  expect(await client.until('"live"')).toMatch(/^HTTP\/1\.1 200 /);
});
