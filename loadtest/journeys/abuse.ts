import { ProtocolSocket } from "../client/protocol-socket.ts";
import { untilTurn } from "./hold-rows.ts";
import { type JourneyContext, rowAt, targetOf, until, userOf } from "./journey.ts";

/** Longest wait for the server to act on abuse, milliseconds. */
const reactionTimeoutMs = 15_000;

/**
 * Opens a socket with this token, runs `act` on it and returns how the socket ended: its close code, "refused" when it
 * never opened, or "open" when the server did not close it in time.
 */
async function closeCodeAfter(
  context: JourneyContext,
  token: string,
  act: (socket: ProtocolSocket) => void | Promise<void>,
): Promise<number | "refused" | "open"> {
  const { ports, plan, index } = context;
  let onClosed = (_: number): void => undefined;
  const closed = new Promise<number>((resolve) => {
    onClosed = resolve;
  });
  const socket = await ProtocolSocket.open({
    ports,
    protocol: plan.protocol,
    target: targetOf(context, index),
    token,
    onMessage: () => undefined,
    onClose: (code) => onClosed(code),
  });
  if (!socket) return "refused";
  await act(socket);
  let cancelTimeout = (): void => undefined;
  const timeout = new Promise<"open">((resolve) => {
    cancelTimeout = ports.setTimer(() => resolve("open"), reactionTimeoutMs);
  });
  const outcome = await Promise.race([closed, timeout]);
  cancelTimeout();
  if (outcome === "open") socket.close();
  return outcome;
}

/** Invalid tokens: the handshake is refused, and a plain request is answered with 401. */
async function invalidTokens(context: JourneyContext): Promise<void> {
  const { ports, plan, index } = context;
  for (const { name, token } of plan.invalidTokens) {
    const url = targetOf(context, index).ws.replace(/^ws/, "http");
    const response = await ports.request({ method: "GET", url, headers: { authorization: `Bearer ${token}` } });
    const outcome = await closeCodeAfter(context, token, () => undefined);
    ports.record("rt_auth_rejected_ok", response.status === 401 && outcome === "refused" ? 1 : 0, { case: name });
  }
}

/** Rows of another organization must look as if they did not exist. */
async function foreignRows(context: JourneyContext): Promise<void> {
  const { ports, plan, index } = context;
  if (plan.tenants.length < 2) return;
  const { token, tenant } = userOf(context, index);
  const other = plan.tenants[(tenant + 1) % plan.tenants.length];
  const id = rowAt(context, other?.from ?? 0);
  const { entityCode } = plan;
  let refused = false;
  await closeCodeAfter(context, token, async (socket) => {
    const answer = await socket.request({ type: "SUBSCRIBE", payload: { entityCode, entityIds: [id] } });
    refused = answer?.type === "SUBSCRIBED" && answer.payload.gone.includes(id) && answer.payload.changed.length === 0;
    socket.close();
  });
  ports.record("rt_auth_rejected_ok", refused ? 1 : 0, { case: "foreign subscription" });
  const base = `${targetOf(context, index).http}/api/v1/${entityCode}/${id}`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const read = await ports.request({ method: "GET", url: base, headers });
  ports.record("rt_auth_rejected_ok", read.status === 404 ? 1 : 0, { case: "foreign read" });
  const body = JSON.stringify({ [plan.column]: "not mine" });
  const write = await ports.request({ method: "PATCH", url: base, headers, body });
  ports.record("rt_auth_rejected_ok", write.status === 404 ? 1 : 0, { case: "foreign change" });
}

/** Frames that a correct client never sends. */
async function invalidFrames(context: JourneyContext): Promise<void> {
  const { ports, plan, index } = context;
  const { tooBig, badMessage, tooFast } = plan.protocol.closeCodes;
  const { token } = userOf(context, index);
  const record = (name: string, outcome: unknown, expected: number) =>
    ports.record("rt_auth_rejected_ok", outcome === expected ? 1 : 0, { case: name });
  const oversize = await closeCodeAfter(context, token, (socket) =>
    socket.sendText("x".repeat(socket.maxMessageBytes + 1)),
  );
  record("oversize frame", oversize, tooBig);
  const malformed = await closeCodeAfter(context, token, (socket) => {
    for (let n = 0; n < 40; n++) socket.sendText("{");
  });
  record("malformed frames", malformed, badMessage);
  const flood = await closeCodeAfter(context, token, (socket) => {
    for (let n = 0; n < 3000; n++) socket.send({ type: "PING" });
  });
  record("flood", flood, tooFast);
}

/** An attacker who repeats every attempt until the changes end. */
export async function abuse(context: JourneyContext): Promise<void> {
  const { ports, timeline } = context;
  await untilTurn(context);
  context.onReady?.();
  await until(context, "writeFrom");
  // At least once, however short the run is.
  do {
    await invalidTokens(context);
    await foreignRows(context);
    await invalidFrames(context);
  } while (ports.wallNow() < timeline.writeUntil);
}
