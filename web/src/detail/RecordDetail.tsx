import type { EntityCode } from "../catalog/catalog.ts";
import { EntityDetail } from "./EntityDetail.tsx";
import { Relations } from "./Relations.tsx";

export function RecordDetail({ code, id }: { code: EntityCode; id: string }) {
  return (
    <EntityDetail key={`${code}/${id}`} code={code} id={id}>
      {(row) => <Relations code={code} parent={row} />}
    </EntityDetail>
  );
}
