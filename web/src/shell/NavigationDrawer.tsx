import { Menu, X } from "lucide-react";
import { useRef } from "react";
import { IconButton } from "../components/Button.tsx";
import { Logo } from "../components/Logo.tsx";
import { SideNavigation } from "./SideNavigation.tsx";

/** The navigation on narrow screens. A modal dialog, so that the focus stays inside while it is open. */
export function NavigationDrawer() {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current?.close();
  return (
    <>
      <IconButton label="Open navigation" className="lg:hidden" onClick={() => dialog.current?.showModal()}>
        <Menu className="size-5" aria-hidden="true" />
      </IconButton>
      <dialog
        ref={dialog}
        aria-label="Navigation"
        className="m-0 h-dvh max-h-none w-72 max-w-[85vw] flex-col bg-canvas text-ink open:flex"
        onClick={(event) => {
          if (event.target === dialog.current) close();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
        }}
      >
        <div className="flex items-center gap-2.5 p-3">
          <Logo />
          <span className="font-semibold">Heliograph</span>
          <IconButton label="Close navigation" className="ml-auto" onClick={close}>
            <X className="size-5" aria-hidden="true" />
          </IconButton>
        </div>
        <SideNavigation onNavigate={close} />
      </dialog>
    </>
  );
}
