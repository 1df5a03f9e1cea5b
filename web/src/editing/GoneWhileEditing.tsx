import { useMutation } from "@heliograph/client/react";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { type EntityCode, entityInfo, type Row } from "../catalog/catalog.ts";
import { recreation } from "../catalog/recreation.ts";
import { useAnnounce } from "../components/Announcer.tsx";
import { Button } from "../components/Button.tsx";
import { errorText } from "../feedback/error-text.ts";
import { humanize } from "../format/humanize.ts";
import type { Drafts } from "./open-drafts.tsx";

/**
 * Notice above a row that was deleted or hidden while the user edited it. The draft stays: it can be copied, or the row
 * can be created again with it. If the row still exists and is only hidden, the server rejects the create, and the
 * write is listed with its text among the changes that need a decision.
 */
export function GoneWhileEditing({ entityCode, row, drafts }: { entityCode: EntityCode; row: Row; drafts: Drafts }) {
  const { create } = useMutation(entityCode);
  const announce = useAnnounce();
  const [failure, setFailure] = useState("");
  const label = entityInfo(entityCode).label.toLowerCase();

  async function createAgain(): Promise<void> {
    const open = drafts.current();
    const again = recreation(entityCode, row, new Map([...open].map(([name, { text }]) => [name, text])));
    if (!again.ok) return setFailure(`${humanize(again.column)}: ${again.message}`);
    try {
      await create(again.doc as never);
      for (const { onRecreated } of open.values()) onRecreated();
      announce(`${entityInfo(entityCode).label} created again with your text`);
    } catch (error) {
      setFailure(errorText(error));
    }
  }

  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b bg-red-bg px-4 py-2.5 text-red-fg text-sm sm:px-6"
    >
      <div className="flex min-w-60 flex-1 items-start gap-2">
        <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
        <div>
          <p>
            This {label} was deleted or is no longer shared with you. Your unsaved text is still below: create the{" "}
            {label} again with it, or copy it.
          </p>
          {failure ? <p className="mt-1 font-medium">{failure}</p> : null}
        </div>
      </div>
      <Button size="sm" variant="solid" onClick={() => void createAgain()}>
        Create again
      </Button>
    </div>
  );
}
