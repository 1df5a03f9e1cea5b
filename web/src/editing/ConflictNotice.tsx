import { useEffect, useId, useRef } from "react";
import type { Column, Row } from "../catalog/catalog.ts";
import { fromInput } from "../catalog/column-input.ts";
import { Button } from "../components/Button.tsx";
import { humanize } from "../format/humanize.ts";
import { Value } from "../value/Value.tsx";

interface Props {
  column: Column;
  row: Row;
  theirs: unknown;
  draft: string;
  onTheirs: () => void;
  onMine: () => void;
}

/**
 * Both values of a field that someone else changed while the user edited it. Nothing is lost until the user chooses.
 */
export function ConflictNotice({ column, row, theirs, draft, onTheirs, onMine }: Props) {
  const id = useId();
  const notice = useRef<HTMLElement>(null);
  // The notice replaces the focused editor: take over the focus, unless the user has moved it elsewhere.
  useEffect(() => {
    if (document.activeElement === document.body) notice.current?.focus();
  }, []);
  const parsed = fromInput(column, draft);
  const mine = parsed.ok ? parsed.value : draft;
  return (
    <section
      ref={notice}
      tabIndex={-1}
      aria-labelledby={id}
      className="my-1.5 rounded-lg border border-signal/50 bg-amber-bg p-3 text-left"
    >
      <p id={id} className="font-medium text-amber-fg text-sm">
        {humanize(column.name)} was changed by someone else while you were editing.
      </p>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-ink text-sm">
        <dt className="text-ink-2">Theirs</dt>
        <dd className="min-w-0 break-words">
          <Value entry={column} row={{ ...row, [column.name]: theirs }} links={false} />
        </dd>
        <dt className="text-ink-2">Mine</dt>
        <dd className="min-w-0 break-words">
          <Value entry={column} row={{ ...row, [column.name]: mine }} links={false} />
        </dd>
      </dl>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button size="sm" onClick={onTheirs}>
          Use theirs
        </Button>
        <Button size="sm" variant="solid" onClick={onMine}>
          Keep mine
        </Button>
      </div>
    </section>
  );
}
