import { useMutation } from "@heliograph/client/react";
import { Ellipsis, Link2, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { type EntityCode, entityInfo, type Row, rowLabel } from "../catalog/catalog.ts";
import { listPath } from "../catalog/paths.ts";
import { useAnnounce } from "../components/Announcer.tsx";
import { ConfirmDialog } from "../components/ConfirmDialog.tsx";
import { Popover, panelItem } from "../components/Popover.tsx";
import { useFrozen } from "../editing/open-drafts.tsx";
import { errorText } from "../feedback/error-text.ts";

/** Menu of actions on a whole row. */
export function EntityActions({ entityCode, row }: { entityCode: EntityCode; row: Row }) {
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState("");
  const { remove } = useMutation(entityCode);
  const navigate = useNavigate();
  const announce = useAnnounce();
  const frozen = useFrozen();
  const label = entityInfo(entityCode).label.toLowerCase();
  const name = rowLabel(entityCode, row);

  async function confirmed(): Promise<void> {
    setAsking(false);
    try {
      await remove(row.$id);
      announce(`Deleted ${name}`);
      await navigate(listPath(entityCode));
    } catch (error) {
      setFailure(errorText(error));
    }
  }

  return (
    <div className="flex items-center gap-2">
      {failure ? (
        <p role="alert" className="text-danger text-sm">
          {failure}
        </p>
      ) : null}
      <Popover
        label={`Actions for ${name}`}
        buttonClass="inline-flex size-8 items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink"
        panelClass="w-48"
        button={<Ellipsis className="size-4" aria-hidden="true" />}
      >
        {(close) => (
          <>
            <button
              type="button"
              className={panelItem}
              onClick={() => {
                close();
                void navigator.clipboard?.writeText(window.location.href).then(() => announce("Link copied"));
              }}
            >
              <Link2 className="size-4 text-ink-3" aria-hidden="true" /> Copy link
            </button>
            <button
              type="button"
              disabled={frozen}
              className={`${panelItem} text-danger disabled:opacity-50`}
              onClick={() => {
                close();
                setAsking(true);
              }}
            >
              <Trash2 className="size-4" aria-hidden="true" /> Delete {label}
            </button>
          </>
        )}
      </Popover>
      {asking ? (
        <ConfirmDialog
          title={`Delete this ${label}?`}
          text={`“${name}” and everything in it will be deleted for everyone. This cannot be undone.`}
          confirm="Delete"
          onConfirm={() => void confirmed()}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  );
}
