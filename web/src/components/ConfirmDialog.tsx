import { useEffect, useId, useRef } from "react";
import { Button } from "./Button.tsx";

interface Props {
  title: string;
  text: string;
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
}

/**
 * Asks for confirmation before something that cannot be undone. A native dialog, which traps and restores the focus.
 */
export function ConfirmDialog({ title, text, confirm, onConfirm, onClose }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    // Not closed on cleanup: React's double mount in development would report that as the user's "Cancel".
    if (!ref.current?.open) ref.current?.showModal();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-xl border border-line bg-surface p-5 text-ink shadow-pop"
    >
      <h2 id={id} className="font-semibold text-lg">
        {title}
      </h2>
      <p className="mt-1.5 text-ink-2">{text}</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="danger" onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}
