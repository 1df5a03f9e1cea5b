import { closeCodes } from "@heliograph/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LiveGateway, startLiveGateway } from "../testing/live-gateway.ts";
import { closeCodeBytes, frame, RawClient } from "../testing/raw-client.ts";

let gateway: LiveGateway;
let organizationId: string;
let tasks: string[];

beforeAll(async () => {
  gateway = await startLiveGateway({ SLOW_CONSUMER_MS: "1000", MESSAGES_PER_SECOND: "100000" });
  ({ organizationId } = gateway.identity("bob"));
  const { rows } = await gateway.db.pool.query<{ id: string }>(
    "select id from app.task where organization_id = $1 and not is_private order by id limit 1000",
    [organizationId],
  );
  tasks = rows.map(({ id }) => id);
});

afterAll(() => gateway[Symbol.asyncDispose]());

const text = (message: object): Buffer => frame(1, Buffer.from(JSON.stringify(message)));
const slowCloses = async (): Promise<number> => (await gateway.metrics.slowCloses.get()).values[0]?.value ?? 0;

/** A client of bob's that has its WELCOME. */
async function greeted(): Promise<RawClient> {
  const client = new RawClient(gateway.port);
  client.handshake(`/ws/sync?token=${gateway.tokens.sign(gateway.identity("bob")).token}`);
  await client.until("WELCOME");
  return client;
}

// What the kernels of both sides may buffer for a connection: their largest buffers (6 MB to receive, 4 MB to send on an
// ordinary Linux), and as much again for what they count beside the bytes.
const kernelBytes = 20_000_000;

test("a client that keeps sending without reading gets no further answers and is closed with 4008", async () => {
  await using bystander = await gateway.connect("carol");
  await bystander.subscribe("task", [], { within: [`tenant/${organizationId}`] });
  await using slow = await greeted();
  const closesBefore = await slowCloses();
  slow.socket.pause();
  const question = text({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: tasks } });
  const questions = 700;
  for (let n = 0; n < questions; n += 1) slow.socket.write(question);

  const [other] = tasks;
  let n = 0;
  while ((await slowCloses()) === closesBefore) {
    const { rows } = await gateway.db.pool.query<{ version: string }>(
      "update app.task set title = $2 where id = $1 returning sync_version as version",
      [other, `Meanwhile ${n++}`],
    );
    await gateway.relay();
    const version = Number(rows[0]?.version);
    await bystander.first("INVALIDATE", ({ payload }) => payload.changes.some((change) => change.version === version));
  }
  // Everything written before the detection can be read now, up to the close code.
  slow.socket.resume();
  await slow.until(closeCodeBytes(closeCodes.tooSlow.code));
  // An answer has more than 60 kB.
  expect(questions * 60_000).toBeGreaterThan(2 * kernelBytes);
  expect(slow.size).toBeLessThan(kernelBytes);
});

test("[LIM-4] a client that does not read its signals is closed with 4008, and others get theirs", async () => {
  await using bystander = await gateway.connect("carol");
  await bystander.subscribe("task", [], { within: [`tenant/${organizationId}`] });
  await using slow = await greeted();
  slow.socket.write(text({ type: "SUBSCRIBE", payload: { entityCode: "task", within: [`tenant/${organizationId}`] } }));
  await slow.until("SUBSCRIBED");
  slow.socket.pause();
  const closesBefore = await slowCloses();
  // Of the 1000 changes of a hint only one is in the log, because writing as many rows takes ten times as long. A gateway that
  // reads the log before the hint arrives delivers that one.
  const [other] = tasks;
  for (let n = 0; (await slowCloses()) === closesBefore; n += 1) {
    await gateway.db.pool.query("update app.task set title = $2 where id = $1", [other, `Change ${n}`]);
    const hint = await gateway.claim();
    const [change] = hint?.items ?? [];
    if (!hint || !change) throw new Error("the change was not claimed");
    await gateway.publish({ ...hint, items: tasks.map((e) => ({ ...change, e })) });
    await bystander.first("INVALIDATE", ({ payload }) => payload.changes.some(({ version }) => version === change.v));
  }
  slow.socket.resume();
  await slow.until(closeCodeBytes(closeCodes.tooSlow.code));
  expect(slow.size).toBeLessThan(kernelBytes);
});
