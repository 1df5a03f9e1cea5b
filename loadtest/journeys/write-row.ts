import { changeRow } from "../client/rest.ts";
import { holderCount, nthChange } from "../plan/row-assignment.ts";
import { type JourneyContext, rowAt, setting, targetOf, writerOf } from "./journey.ts";

/** Records how many signals a change is due: one for every socket that holds the row until the end. */
export function recordExpectedSignals(context: JourneyContext, position: number, version: number): void {
  const { ports, plan } = context;
  const perSocket = setting(context, "perSocket");
  const holders = (sockets: number): number => holderCount(position, { sockets, perSocket, tenants: plan.tenants });
  const due = holders(setting(context, "sockets")) + holders(plan.settings["workers"] ?? 0);
  ports.record("rt_expected", due, undefined, plan.sharedClock ? version / 1000 : undefined);
}

/** One change through the API by a user who may make it. The n-th arrival changes the n-th row. */
export async function writeRow(context: JourneyContext): Promise<void> {
  const { position, count } = nthChange(context.index, context.rows.length);
  const { token } = writerOf(context, position, context.index);
  const target = targetOf(context, context.index);
  const version = await changeRow(context.ports, context.plan, { target, token, id: rowAt(context, position), count });
  if (version !== null) recordExpectedSignals(context, position, version);
}
