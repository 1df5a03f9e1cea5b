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
 * Above a row that went while somebody wrote in it. Nothing of the draft is thrown away: it can be copied below, or the
 * row is created again with it. Where the row still exists and is only hidden, the server refuses that, and the write
 * waits with its text among the changes that need a decision.
 */
export function GoneWhileEditing({ entityCode, row, drafts }: { entityCode: EntityCode; row: Row; drafts: Drafts }) {
  const { create } = useMutation(entityCode);
  const announce = useAnnounce();
  const [failure, setFailure] = useState("");
  const label = entityInfo(entityCode).label.toLowerCase();

  async function createAgain(): Promise<void> {
    const held = drafts.held();
    const again = recreation(entityCode, row, new Map([...held].map(([name, { text }]) => [name, text])));
    if (!again.ok) return setFailure(`${humanize(again.column)}: ${again.message}`);
    try {
      await create(again.doc as never);
      for (const { rescued } of held.values()) rescued();
      announce(`Created the ${label} again with your text`);
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
            This {label} was deleted or is no longer shared with you while you were editing it. Your text is kept below:
            create the {label} again with it, or copy it.
          </p>
          {failure ? <p className="mt-1 font-medium">{failure}</p> : null}
        </div>
      </div>
      <Button size="sm" variant="solid" onClick={() => void createAgain()}>
        Create it again
      </Button>
    </div>
  );
}
