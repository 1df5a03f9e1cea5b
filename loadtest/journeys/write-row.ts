import { changeRow } from "../client/rest.ts";
import { holdersOf, nthChange } from "../plan/row-assignment.ts";
import { type JourneyContext, rowAt, setting, targetOf, writerOf } from "./journey.ts";

/** Notes how many signals a change is due: everybody who holds the row and is still there at the end. */
export function expectSignals(context: JourneyContext, position: number, version: number): void {
  const { ports, plan } = context;
  const perSocket = setting(context, "perSocket");
  const due = (sockets: number): number => holdersOf(position, { sockets, perSocket, tenants: plan.tenants });
  const holders = due(setting(context, "sockets")) + due(plan.settings["workers"] ?? 0);
  ports.record("rt_expected", holders, undefined, plan.sharedClock ? version / 1000 : undefined);
}

/** One change through the API, by somebody who may make it. The n-th arrival changes the n-th row. */
export async function writeRow(context: JourneyContext): Promise<void> {
  const { position, count } = nthChange(context.index, context.rows.length);
  const { token } = writerOf(context, position, context.index);
  const target = targetOf(context, context.index);
  const version = await changeRow(context.ports, context.plan, { target, token, id: rowAt(context, position), count });
  if (version !== null) expectSignals(context, position, version);
}
