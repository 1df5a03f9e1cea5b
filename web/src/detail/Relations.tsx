import { ChevronDown } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { EntityCode, Row } from "../catalog/catalog.ts";
import { type Relation, relationsOf } from "../catalog/relations.ts";
import { Button } from "../components/Button.tsx";
import { RelatedList } from "./RelatedList.tsx";

interface Props {
  entityCode: EntityCode;
  parent: Row;
  /** A type that the page shows by other means. */
  without?: EntityCode;
}

/** Lists of the rows that reference this one. Only the first few are shown until the user asks for all. */
export function Relations({ entityCode, parent, without }: Props) {
  const [all, setAll] = useState(false);
  const opened = useRef<HTMLDivElement>(null);
  const { first, rest } = relationsOf(entityCode);
  const shown = (relations: readonly Relation[]) => relations.filter((relation) => relation.entityCode !== without);
  const list = (relation: Relation) => (
    <RelatedList key={`${relation.entityCode}.${relation.column.name}`} relation={relation} parent={parent} />
  );
  const more = shown(rest);
  // The focused button disappears; move the focus to the start of the lists that it opened.
  useEffect(() => {
    if (all) opened.current?.focus({ preventScroll: true });
  }, [all]);
  return (
    <>
      {shown(first).map(list)}
      {more.length === 0 ? null : all ? (
        <div ref={opened} tabIndex={-1} className="outline-none">
          {more.map(list)}
        </div>
      ) : (
        <Button size="sm" variant="ghost" className="-ml-2.5 mt-8" onClick={() => setAll(true)}>
          <ChevronDown className="size-3.5" aria-hidden="true" /> Show all related records ({more.length} more)
        </Button>
      )}
    </>
  );
}
