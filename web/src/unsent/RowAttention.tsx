import { useAttention } from "@heliograph/client/react";
import { TriangleAlert, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { EntityCode } from "../catalog/catalog.ts";
import { Button, IconButton } from "../components/Button.tsx";
import { deferred } from "../feedback/deferred.tsx";
import { isShowable } from "./change-text.ts";

const AttentionCard = deferred(async () => (await import("./AttentionCard.tsx")).AttentionCard);

/** Notice on a row's page that one of its changes needs a decision, with a dialog to make it. */
export function RowAttention({ entityCode, id }: { entityCode: EntityCode; id: string }) {
  const { items } = useAttention();
  const [open, setOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const own = items.filter((item) => item.entityCode === entityCode && item.entityId === id).filter(isShowable);
  const nothing = own.length === 0;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
  }, [open]);
  useEffect(() => {
    if (nothing) setOpen(false);
  }, [nothing]);
  if (nothing) return null;
  const conflict = own.some(({ kind }) => kind === "conflict");
  return (
    <>
      <div
        role="alert"
        className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b bg-amber-bg px-4 py-2 text-amber-fg text-sm sm:px-6"
      >
        <TriangleAlert className="size-4 shrink-0" aria-hidden="true" />
        <p className="min-w-0 flex-1">
          {conflict
            ? "Someone else changed the same field. Your change is kept on this device until you decide."
            : "Your change could not be saved. It is kept on this device until you decide."}
        </p>
        <Button size="sm" onClick={() => setOpen(true)}>
          Review
        </Button>
      </div>
      {open ? (
        <dialog
          ref={dialog}
          aria-label="Changes that need your decision"
          onClose={() => setOpen(false)}
          className="m-auto w-[min(44rem,calc(100vw-1.5rem))] rounded-xl border border-line bg-surface p-4 text-ink shadow-pop sm:p-5"
        >
          <div className="mb-3 flex items-center justify-between gap-3">
            <h2 className="font-semibold text-lg">{conflict ? "Conflicting changes" : "Unsaved change"}</h2>
            <IconButton label="Close" onClick={() => setOpen(false)}>
              <X className="size-4" aria-hidden="true" />
            </IconButton>
          </div>
          <div className="grid gap-3">
            {own.map((item) => (
              <AttentionCard key={item.key} item={item} />
            ))}
          </div>
        </dialog>
      ) : null}
    </>
  );
}
