import { Dialogue } from "../client/sync-socket.ts";
import { takeTurn } from "./hold-rows.ts";
import { type JourneyContext, rowAt, targetOf, until, userOf } from "./journey.ts";

/** A server that has not acted on abuse by then does not act on it, milliseconds. */
const actWithinMs = 15_000;

/** How a socket ended that was opened with this token and sent these frames: its close code, or what it was told last. */
async function endOf(
  context: JourneyContext,
  token: string,
  frames: (dialogue: Dialogue) => void | Promise<void>,
): Promise<number | "refused" | "open"> {
  const { ports, plan, index } = context;
  let closed = (_: number): void => undefined;
  const end = new Promise<number>((resolve) => {
    closed = resolve;
  });
  const dialogue = await Dialogue.open({
    ports,
    wire: plan.wire,
    target: targetOf(context, index),
    token,
    onMessage: () => undefined,
    onClose: (code) => closed(code),
  });
  if (!dialogue) return "refused";
  await frames(dialogue);
  let cancel = (): void => undefined;
  const patience = new Promise<"open">((resolve) => {
    cancel = ports.after(actWithinMs, () => resolve("open"));
  });
  const ending = await Promise.race([end, patience]);
  cancel();
  if (ending === "open") dialogue.leave();
  return ending;
}

/** Bad tokens: refused before the handshake, and the plain request says why. */
async function badTokens(context: JourneyContext): Promise<void> {
  const { ports, plan, index } = context;
  for (const { name, token } of plan.badTokens) {
    const url = targetOf(context, index).ws.replace(/^ws/, "http");
    const answer = await ports.request({ method: "GET", url, headers: { authorization: `Bearer ${token}` } });
    const ending = await endOf(context, token, () => undefined);
    ports.record("rt_auth_rejected_ok", answer.status === 401 && ending === "refused" ? 1 : 0, { case: name });
  }
}

/** Rows of another organization look as if they did not exist. */
async function foreignRows(context: JourneyContext): Promise<void> {
  const { ports, plan, index } = context;
  if (plan.tenants.length < 2) return;
  const { token, tenant } = userOf(context, index);
  const other = plan.tenants[(tenant + 1) % plan.tenants.length];
  const id = rowAt(context, other?.from ?? 0);
  const { entityCode } = plan;
  let told = false;
  await endOf(context, token, async (dialogue) => {
    const answer = await dialogue.ask({ type: "SUBSCRIBE", payload: { entityCode, entityIds: [id] } });
    told = answer?.type === "SUBSCRIBED" && answer.payload.gone.includes(id) && answer.payload.changed.length === 0;
    dialogue.leave();
  });
  ports.record("rt_auth_rejected_ok", told ? 1 : 0, { case: "foreign subscription" });
  const base = `${targetOf(context, index).http}/api/v1/${entityCode}/${id}`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const read = await ports.request({ method: "GET", url: base, headers });
  ports.record("rt_auth_rejected_ok", read.status === 404 ? 1 : 0, { case: "foreign read" });
  const body = JSON.stringify({ [plan.column]: "not mine" });
  const write = await ports.request({ method: "PATCH", url: base, headers, body });
  ports.record("rt_auth_rejected_ok", write.status === 404 ? 1 : 0, { case: "foreign change" });
}

/** Frames that no client of ours sends. */
async function badFrames(context: JourneyContext): Promise<void> {
  const { ports, plan, index } = context;
  const { tooBig, badMessage, tooFast } = plan.wire.closeCodes;
  const { token } = userOf(context, index);
  const record = (name: string, ending: unknown, wanted: number) =>
    ports.record("rt_auth_rejected_ok", ending === wanted ? 1 : 0, { case: name });
  const big = await endOf(context, token, (dialogue) => dialogue.sendRaw("x".repeat(dialogue.maxMessageBytes + 1)));
  record("oversize frame", big, tooBig);
  const malformed = await endOf(context, token, (dialogue) => {
    for (let n = 0; n < 40; n++) dialogue.sendRaw("{");
  });
  record("malformed frames", malformed, badMessage);
  const flood = await endOf(context, token, (dialogue) => {
    for (let n = 0; n < 3000; n++) dialogue.send({ type: "PING" });
  });
  record("flood", flood, tooFast);
}

/** Somebody who means harm, again and again. */
export async function abuse(context: JourneyContext): Promise<void> {
  const { ports, timeline } = context;
  await takeTurn(context);
  context.ready?.();
  await until(context, "writeFrom");
  // At least once, however short the run.
  do {
    await badTokens(context);
    await foreignRows(context);
    await badFrames(context);
  } while (ports.now() < timeline.writeUntil);
}
