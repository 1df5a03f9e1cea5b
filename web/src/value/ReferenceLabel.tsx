import { useEntity } from "@heliograph/client/react";
import { Link } from "react-router";
import { type EntityCode, isEntityCode, type Row, rowLabel } from "../catalog/catalog.ts";
import { entityPath } from "../catalog/paths.ts";
import { Avatar } from "../components/Avatar.tsx";

/** The label of a row; undefined while it loads, null if it is not available. */
function useLabel(entityCode: EntityCode, id: string): string | null | undefined {
  const { status, data } = useEntity(entityCode, id);
  if (data) return rowLabel(entityCode, data as unknown as Row);
  return status === "loading" ? undefined : null;
}

function Known({
  entityCode,
  id,
  link,
  className,
}: {
  entityCode: EntityCode;
  id: string;
  link: boolean;
  className: string;
}) {
  const label = useLabel(entityCode, id);
  if (label === undefined) {
    return (
      <span className="inline-flex h-5 items-center align-top">
        <span aria-hidden="true" className="skeleton h-3 w-24" />
        <span className="sr-only">Loading…</span>
      </span>
    );
  }
  const known = label !== null;
  const mark = known && entityCode === "employee" ? <Avatar name={label} /> : null;
  const text = <span className="truncate">{label ?? "Not available"}</span>;
  if (!link || !known) {
    return (
      <span
        className={`inline-flex min-w-0 max-w-full items-center align-top gap-1.5 ${known ? "" : "text-ink-3"} ${className}`}
      >
        {mark} {text}
      </span>
    );
  }
  return (
    <Link
      to={entityPath(entityCode, id)}
      className={`relative inline-flex min-w-0 max-w-full items-center align-top gap-1.5 underline-offset-2 hover:underline ${className}`}
    >
      {mark} {text}
    </Link>
  );
}

interface ReferenceProps {
  readonly entityCode: string;
  readonly id: string;
  readonly className?: string;
}

/** A row of an unknown type is shown by its short id. */
function Reference({ entityCode, id, className = "", link }: ReferenceProps & { readonly link: boolean }) {
  if (!isEntityCode(entityCode)) return <span className="font-mono text-xs">{id.slice(0, 8)}</span>;
  return <Known entityCode={entityCode} id={id} link={link} className={className} />;
}

/** The live label of another row as a link to it. */
export function ReferenceLink(props: ReferenceProps) {
  return <Reference {...props} link />;
}

/** The live label of another row without a link, for use inside links and buttons. */
export function ReferenceText(props: ReferenceProps) {
  return <Reference {...props} link={false} />;
}
