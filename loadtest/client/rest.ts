import type { Plan, Target } from "../plan/plan.ts";
import type { Ports } from "./ports.ts";

/** A row as the API returns it; other columns do not matter here. */
interface Row {
  readonly $id: string;
  readonly $version: number;
}

/** Most ids that the API accepts in one request. */
const maxIdsPerRead = 200;

const headersOf = (token: string) => ({ authorization: `Bearer ${token}`, accept: "application/json" });

/** Reads rows by id, 200 per request. Null when a request failed. Rows that are gone are absent from the result. */
export async function readRows(
  ports: Ports,
  { target, entityCode, token, ids }: { target: Target; entityCode: string; token: string; ids: readonly string[] },
): Promise<Row[] | null> {
  const rows: Row[] = [];
  for (let at = 0; at < ids.length; at += maxIdsPerRead) {
    const sentAt = ports.wallNow();
    const query = ids
      .slice(at, at + maxIdsPerRead)
      .map((id) => encodeURIComponent(encodeURIComponent(id)))
      .join(",");
    const url = `${target.http}/api/v1/${entityCode}?ids=${query}`;
    const response = await ports.request({ method: "GET", url, headers: headersOf(token) });
    ports.record("rt_read_ok", response.status === 200 ? 1 : 0);
    ports.record("rt_read_ms", ports.wallNow() - sentAt);
    if (response.status !== 200) return null;
    rows.push(...(response.body as { items: Row[] }).items);
  }
  return rows;
}

/** Changes a row. Returns its new version, or null when the change was rejected or got no response. */
export async function changeRow(
  ports: Ports,
  plan: Pick<Plan, "entityCode" | "column" | "run">,
  { target, token, id, count }: { target: Target; token: string; id: string; count: number },
): Promise<number | null> {
  const sentAt = ports.wallNow();
  const response = await ports.request({
    method: "PATCH",
    url: `${target.http}/api/v1/${plan.entityCode}/${encodeURIComponent(id)}`,
    headers: { ...headersOf(token), "content-type": "application/json" },
    body: JSON.stringify({ [plan.column]: `load ${plan.run} ${count}` }),
  });
  ports.record("rt_write_ok", response.status === 200 ? 1 : 0);
  ports.record("rt_write_ms", ports.wallNow() - sentAt);
  return response.status === 200 ? (response.body as Row).$version : null;
}
