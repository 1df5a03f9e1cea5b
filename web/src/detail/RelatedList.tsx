import { Plus } from "lucide-react";
import { entityInfo, type Row } from "../catalog/catalog.ts";
import { defaultSort } from "../catalog/list-columns.ts";
import { entityPlural } from "../catalog/navigation.ts";
import { createPath } from "../catalog/paths.ts";
import type { Relation } from "../catalog/relations.ts";
import { ButtonLink } from "../components/Button.tsx";
import { Section } from "../components/Section.tsx";
import { SectionRows } from "../list/SectionRows.tsx";
import { useRows } from "../list/use-rows.ts";

const pageSize = 10;

/** Live list of the rows of another type that reference this one. */
export function RelatedList({ relation, parent }: { relation: Relation; parent: Row }) {
  const { entityCode, column: pointer, contained } = relation;
  const list = useRows(entityCode, {
    filter: { [pointer.name]: parent.$id },
    sort: defaultSort(entityCode),
    limit: pageSize,
    ...(contained && { within: `${pointer.references}/${parent.$id}` }),
  });
  const plural = entityPlural(entityCode);
  const title =
    pointer.references === entityCode && pointer.name.startsWith("parent_") ? `Sub${plural.toLowerCase()}` : plural;
  return (
    <Section
      title={title}
      action={
        <ButtonLink
          to={createPath(entityCode, { [pointer.name]: parent.$id })}
          size="sm"
          variant="ghost"
          aria-label={`Add ${entityInfo(entityCode).label.toLowerCase()}`}
        >
          <Plus className="size-3.5" aria-hidden="true" /> Add
        </ButtonLink>
      }
    >
      <SectionRows entityCode={entityCode} list={list} without={pointer.name} caption={title} />
    </Section>
  );
}
