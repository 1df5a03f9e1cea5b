/**
 * The least work that delivering a change can take: writes each message of a Redis channel to all sockets. A benchmark starts
 * it; it prints the port that it listens on.
 */
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";

const [redisUrl = "", channel = ""] = process.argv.slice(2);
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
const redis = new Redis(redisUrl);
redis.on("message", (_, text) => {
  for (const socket of server.clients) socket.send(text);
});
await redis.subscribe(channel);
console.log((server.address() as AddressInfo).port);
