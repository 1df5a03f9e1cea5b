import type { Plan, Target } from "../plan/plan.ts";
import type { HttpAnswer, Ports } from "./ports.ts";

/** A row as the API answers it; other columns are of no interest. */
export interface Row {
  readonly id: string;
  readonly version: number;
}

/** Most ids that the API takes in one request. */
const maxIds = 200;

const headersOf = (token: string) => ({ authorization: `Bearer ${token}`, accept: "application/json" });

/** Reads rows by id, 200 at a time. Null when a request failed; rows that are gone are absent from the answer. */
export async function readRows(
  ports: Ports,
  { target, entityCode, token, ids }: { target: Target; entityCode: string; token: string; ids: readonly string[] },
): Promise<Row[] | null> {
  const rows: Row[] = [];
  for (let at = 0; at < ids.length; at += maxIds) {
    const started = ports.now();
    const query = ids.slice(at, at + maxIds).join(",");
    const url = `${target.http}/api/v1/${entityCode}?ids=${query}`;
    const answer = await ports.request({ method: "GET", url, headers: headersOf(token) });
    ports.record("rt_read_ok", answer.status === 200 ? 1 : 0);
    ports.record("rt_read_ms", ports.now() - started);
    if (answer.status !== 200) return null;
    rows.push(...(answer.body as { items: Row[] }).items);
  }
  return rows;
}

/** Changes a row. Answers its new version, or null when the change was refused or nobody answered. */
export async function changeRow(
  ports: Ports,
  plan: Pick<Plan, "entityCode" | "column" | "run">,
  { target, token, id, count }: { target: Target; token: string; id: string; count: number },
): Promise<number | null> {
  const started = ports.now();
  const answer: HttpAnswer = await ports.request({
    method: "PATCH",
    url: `${target.http}/api/v1/${plan.entityCode}/${id}`,
    headers: { ...headersOf(token), "content-type": "application/json" },
    body: JSON.stringify({ [plan.column]: `load ${plan.run} ${count}` }),
  });
  ports.record("rt_write_ok", answer.status === 200 ? 1 : 0);
  ports.record("rt_write_ms", ports.now() - started);
  return answer.status === 200 ? (answer.body as Row).version : null;
}
