import type { AttentionItem } from "@heliograph/client";
import { type EntityCode, entityInfo, type Row } from "../catalog/catalog.ts";
import { toInput } from "../catalog/column-input.ts";
import { createPath } from "../catalog/paths.ts";
import { Button, ButtonLink } from "../components/Button.tsx";
import { humanize } from "../format/humanize.ts";
import { Value } from "../value/Value.tsx";
import { changedColumns } from "./change-text.ts";

interface Props {
  entityCode: EntityCode;
  item: AttentionItem;
  onDiscard: () => void;
}

/** Changes to a row that the user can no longer access. Only these values are left; they can start a new row. */
export function LostRowChanges({ entityCode, item, onDiscard }: Props) {
  const changes = changedColumns(entityCode, item.changes);
  const texts = Object.fromEntries(changes.map(({ column, value }) => [column.name, toInput(column, value)]));
  return (
    <div>
      <dl className="grid gap-x-4 gap-y-2 sm:grid-cols-[8rem_minmax(0,1fr)]">
        {changes.map(({ column }) => (
          <div key={column.name} className="contents">
            <dt className="text-ink-3 text-sm">{humanize(column.name)}</dt>
            <dd className="min-w-0 whitespace-pre-wrap break-words">
              <Value entry={column} row={item.mine as Row} links={false} />
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex flex-wrap gap-2">
        <ButtonLink to={createPath(entityCode, texts)} variant="solid">
          Create a new {entityInfo(entityCode).label.toLowerCase()} from this
        </ButtonLink>
        <Button onClick={onDiscard}>Discard</Button>
      </div>
    </div>
  );
}
