import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createLogger } from "../observability/logger.ts";
import { createRedis } from "./redis.ts";

const answers: Readonly<Record<string, string>> = {
  info: "$21\r\nredis_version:7.0.0\r\n\r\n",
  subscribe: "*3\r\n$9\r\nsubscribe\r\n$7\r\nchannel\r\n:1\r\n",
  ping: "+PONG\r\n",
};

// Fails when ioredis resubscribes on its own: if the connection drops before the answer, its rejection has no handler.
test("after a reconnect only the caller subscribes again", async () => {
  const received: string[][] = [];
  const sockets: Socket[] = [];
  const pinged = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    const commands: string[] = [];
    received.push(commands);
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.setEncoding("utf8").on("data", (text: string) => {
      // Commands here are short enough never to be split.
      for (const [, name = ""] of text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        commands.push(name.toLowerCase());
        socket.write(answers[name.toLowerCase()] ?? "+OK\r\n");
        if (name.toLowerCase() === "ping") pinged.resolve();
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const redis = createRedis({ url: `redis://127.0.0.1:${port}`, name: "t", logger: createLogger("test", "silent") });
  onTestFinished(() => {
    redis.disconnect();
    server.close();
  });
  await once(redis, "ready");
  await redis.subscribe("channel");
  sockets[0]?.destroy();
  await once(redis, "ready");
  redis.ping().catch(() => undefined);
  await pinged.promise;
  expect(received[0]).toContain("subscribe");
  expect(received[1]).not.toContain("subscribe");
});
