import { ProtocolSocket } from "../client/protocol-socket.ts";
import { heldRows, untilTurn } from "./hold-rows.ts";
import { type JourneyContext, targetOf, until, userOf } from "./journey.ts";

/**
 * A client that hangs: it holds rows and stops reading, and later reads the code with which it was closed. Stopping to read
 * needs support of the engine, so this journey always runs in Node.
 */
export async function stall(context: JourneyContext): Promise<void> {
  const { ports, plan, index } = context;
  context.onWritesDone?.();
  await untilTurn(context);
  let closeCode: number | undefined;
  let onClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  const socket = await ProtocolSocket.open({
    ports,
    protocol: plan.protocol,
    target: targetOf(context, index),
    token: userOf(context, index).token,
    onMessage: () => undefined,
    onClose: (code) => {
      closeCode = code;
      onClosed();
    },
  });
  ports.record("rt_connect_ok", socket ? 1 : 0);
  if (!socket) return;
  const entityIds = heldRows(context);
  await socket.request({ type: "SUBSCRIBE", payload: { entityCode: plan.entityCode, entityIds } });
  context.onReady?.();
  await until(context, "writeFrom");
  socket.pauseReading();
  await until(context, "writeUntil");
  socket.resumeReading();
  await Promise.race([closed, until(context, "verifyFrom")]);
  const { tooSlow, noPong } = plan.protocol.closeCodes;
  ports.record("rt_slow_closed", closeCode === tooSlow || closeCode === noPong ? 1 : 0, {
    code: String(closeCode ?? "open"),
  });
  if (closeCode === undefined) socket.close();
}
