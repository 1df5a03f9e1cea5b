import { type ReactNode, useCallback, useId, useRef, useState } from "react";
import { useDismiss } from "./use-dismiss.ts";

interface Props {
  /** Accessible name of the button; needed if its content is not descriptive. */
  label?: string;
  button: ReactNode;
  buttonClass: string;
  /** The side of the button that the panel is aligned with. */
  align?: "start" | "end";
  panelClass?: string;
  children: (close: () => void) => ReactNode;
}

/** A button that shows a panel below it. A disclosure and not a menu, so that Tab moves into the panel. */
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

/** Classes of a button or link that looks like a menu item in a panel. */
export const panelItem =
  "flex h-8 w-full items-center gap-2.5 rounded-md px-2.5 text-left text-base text-ink hover:bg-sunken";
