import { heldBy } from "../assignment.ts";
import { Dialogue } from "../dialogue.ts";
import { sleep } from "../ports.ts";
import { type JourneyContext, rowAt, setting, targetOf, userOf } from "./context.ts";
import { takeTurn } from "./hold-rows.ts";

/**
 * A client whose machine hangs: it holds rows and stops reading. Later it wakes up and reads why it was closed. Needs an
 * engine that can stop reading, so it always runs in Node.
 */
export async function stall(context: JourneyContext): Promise<void> {
  const { ports, plan, timeline, index } = context;
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
  await sleep(ports, timeline.writeFrom - ports.now());
  dialogue.stall();
  await sleep(ports, timeline.writeUntil - ports.now());
  dialogue.wake();
  await Promise.race([end, sleep(ports, timeline.judgeAt - ports.now())]);
  const { tooSlow, noPong } = plan.wire.closeCodes;
  ports.record("rt_slow_closed", code === tooSlow || code === noPong ? 1 : 0, { code: String(code) });
  if (code === 0) dialogue.leave();
}
