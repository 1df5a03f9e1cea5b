import { expect, test } from "vitest";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";
import { explainRow, gatherFacts } from "./explain-row.ts";
import { Recorder } from "./recorder.ts";

const id = testId(1);

async function setUp() {
  const all = createTestClient();
  all.server.write("task", id, { name: "first", organization_id: organization }, [organization]);
  all.client.start();
  await all.clock.advance(10);
  const recorder = new Recorder(all.client);
  const why = async (entityCode = "task", row = id) => explainRow(await gatherFacts(recorder, entityCode, row));
  return { ...all, recorder, why };
}

test("the explanation follows a row from not subscribed to shown", async () => {
  const { client, server, clock, recorder, why } = await setUp();
  expect((await why()).conclusion).toContain("no mounted view requests this row");

  const leave = client.entity("task", id).subscribe(() => {});
  expect((await why()).conclusion).toContain("not confirmed it yet");
  await clock.advance(1_000);
  expect((await why()).conclusion).toContain("Everything works");

  server.autoAnswer = false;
  const version = server.write("task", id, { name: "second" });
  await clock.advance(50);
  const reading = await why();
  expect(reading.conclusion).toBe(`Not yet: version ${version} is to be fetched.`);
  expect(reading.findings.find(({ question }) => question.includes("signalled"))?.answer).toContain(`${version}`);
  for (const call of [...server.calls]) call.fail(500);
  await clock.advance(300); // counts of the status are published with a delay
  expect((await why()).conclusion).toContain("The latest error was: failed on purpose");
  server.autoAnswer = true;
  await clock.advance(60_000);
  expect((await why()).conclusion).toContain("Everything works");
  expect(recorder.lag.summary().total).toBe(1);

  server.revoke("task", id);
  await clock.advance(1);
  expect((await why()).conclusion).toContain("The server refused the subscription");
  leave();
  client.stop();
  expect((await why()).conclusion).toContain("No (disconnected)");
  recorder.stop();
  expect(clock.timers).toBe(0);
});

test("a row inside a subscribed container needs no subscription of its own", async () => {
  const { client, clock, recorder, why } = await setUp();
  client.list("task", {}).subscribe(() => {});
  await clock.advance(2_000);
  client.subscribe("task", [`tenant/${organization}`], { within: true });
  await clock.advance(1_000);
  const { findings } = await why();
  expect(findings.find(({ question }) => question === "Is the row subscribed?")?.answer).toContain(
    "its container tenant/00000000",
  );
  recorder.stop();
  client.stop();
});

test("the recorder hides tokens", async () => {
  const tokens = ["first", "second"].map((jti) => {
    const payload = { sub: testId(1), org: organization, jti };
    return `e30.${btoa(JSON.stringify(payload)).replaceAll("=", "")}.`;
  });
  let [token = ""] = tokens;
  const { client, server, clock } = createTestClient({ getToken: () => token });
  const recorder = new Recorder(client);
  client.start();
  await clock.advance(10);
  token = tokens[1] ?? "";
  client.tokenChanged();
  await clock.advance(10);
  expect(server.socket?.received.at(-1)).toMatchObject({ type: "AUTH", payload: { token } });
  expect(recorder.frames().map(({ frame }) => frame.message.type)).toContain("AUTH");
  expect(JSON.stringify(recorder.frames())).not.toContain(token);
  recorder.stop();
  client.stop();
});
