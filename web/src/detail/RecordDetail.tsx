import type { EntityCode } from "../catalog/catalog.ts";
import { EntityDetail } from "./EntityDetail.tsx";
import { Relations } from "./Relations.tsx";

export function RecordDetail({ entityCode, id }: { entityCode: EntityCode; id: string }) {
  return (
    <EntityDetail key={`${entityCode}/${id}`} entityCode={entityCode} id={id}>
      {(row) => <Relations entityCode={entityCode} parent={row} />}
    </EntityDetail>
  );
}
