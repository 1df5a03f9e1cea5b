import { type ReactNode, useCallback, useId, useRef, useState } from "react";
import { useDismiss } from "./use-dismiss.ts";

interface Props {
  /** Name of the button for those who do not see it; absent when its content says enough. */
  label?: string;
  button: ReactNode;
  buttonClass: string;
  /** On which side of the button the panel is flush. */
  align?: "start" | "end";
  panelClass?: string;
  children: (close: () => void) => ReactNode;
}

/** A button that shows a panel below it: a disclosure, so that Tab walks on into what it shows. */
export function Popover({ label, button, buttonClass, align = "end", panelClass = "w-60", children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = useCallback(() => setOpen(false), []);
  useDismiss(root, open, close);
  return (
    <div ref={root} className="relative">
      <button
        type="button"
        aria-label={label}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        className={buttonClass}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open ? (
        <div
          id={id}
          className={`absolute top-full z-40 mt-1.5 rounded-lg border border-line bg-surface p-1.5 shadow-pop ${align === "end" ? "right-0" : "left-0"} ${panelClass}`}
        >
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

/** One line of a panel: the look of a menu item, on a button or a link. */
export const panelItem =
  "flex h-8 w-full items-center gap-2.5 rounded-md px-2.5 text-left text-base text-ink hover:bg-sunken";
