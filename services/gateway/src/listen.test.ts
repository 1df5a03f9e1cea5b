import fastify from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "./app.ts";

test("a port in use is reported with its number and a remedy", async () => {
  const [first, second] = [fastify(), fastify()];
  onTestFinished(async () => void (await Promise.all([first.close(), second.close()])));
  const port = await listen(first, 0, "127.0.0.1");
  await expect(listen(second, port, "127.0.0.1")).rejects.toThrow(
    `port ${port}: address already in use; stop the other process, or choose another port with PORT`,
  );
});
