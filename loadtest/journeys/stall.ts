import { Dialogue } from "../client/sync-socket.ts";
import { heldBy } from "../plan/row-assignment.ts";
import { takeTurn } from "./hold-rows.ts";
import { type JourneyContext, rowAt, setting, targetOf, until, userOf } from "./journey.ts";

/**
 * A client whose machine hangs: it holds rows and stops reading. Later it wakes up and reads why it was closed. Needs an
 * engine that can stop reading, so it always runs in Node.
 */
export async function stall(context: JourneyContext): Promise<void> {
  const { ports, plan, index } = context;
  context.quiet?.();
  await takeTurn(context);
  let code = 0;
  let closed = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const dialogue = await Dialogue.open({
    ports,
    wire: plan.wire,
    target: targetOf(context, index),
    token: userOf(context, index).token,
    onMessage: () => undefined,
    onClose: (found) => {
      code = found;
      closed();
    },
  });
  ports.record("rt_connect_ok", dialogue ? 1 : 0);
  if (!dialogue) return;
  const entityIds = heldBy(index, setting(context, "perSocket"), plan.tenants).map((at) => rowAt(context, at));
  await dialogue.ask({ type: "SUBSCRIBE", payload: { entityCode: plan.entityCode, entityIds } });
  context.ready?.();
  await until(context, "writeFrom");
  dialogue.stall();
  await until(context, "writeUntil");
  dialogue.wake();
  await Promise.race([end, until(context, "judgeAt")]);
  const { tooSlow, noPong } = plan.wire.closeCodes;
  ports.record("rt_slow_closed", code === tooSlow || code === noPong ? 1 : 0, { code: String(code) });
  if (code === 0) dialogue.leave();
}
