import { useEffect, useRef } from "react";
import { Link, Outlet, useLocation } from "react-router";
import { Logo } from "../components/Logo.tsx";
import { CatchUpBar } from "../sync/CatchUpBar.tsx";
import { SyncBanner } from "../sync/SyncBanner.tsx";
import { SyncStatusIndicator } from "../sync/SyncStatusIndicator.tsx";
import { UnsentProvider } from "../unsent/UnsentProvider.tsx";
import { DeveloperTools, useDeveloperTools } from "./DeveloperTools.tsx";
import { NavigationDrawer } from "./NavigationDrawer.tsx";
import { SearchBox } from "./SearchBox.tsx";
import { SideNavigation } from "./SideNavigation.tsx";
import { UserMenu } from "./UserMenu.tsx";

/**
 * Moves the focus to the content and scrolls to the top when the page changes. Without it, keyboard users would stay on
 * a link that is gone, or would have to tab through the navigation again.
 */
function useContentFocus() {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const previous = useRef(pathname);
  useEffect(() => {
    if (previous.current === pathname) return;
    previous.current = pathname;
    window.scrollTo(0, 0);
    // A page that focused its own form keeps the focus.
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}

/** The frame around all pages: navigation on the left; search, sync status and account at the top. */
export function Shell() {
  const main = useContentFocus();
  const [tools, toggleTools] = useDeveloperTools();
  return (
    <div className="min-h-dvh lg:pl-60">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-solid px-3 py-1.5 font-medium text-on-solid focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="fixed inset-y-0 left-0 z-20 hidden w-60 flex-col lg:flex">
        <SideNavigation
          brand={
            <Link to="/" className="flex h-9 items-center gap-2.5 rounded-md px-2 font-semibold tracking-tight">
              <Logo /> Heliograph
            </Link>
          }
        />
      </div>
      <div className="flex min-h-dvh flex-col border-line bg-surface lg:border-l">
        <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-line border-b bg-surface px-2 sm:px-4 lg:h-13 lg:px-6">
          <NavigationDrawer />
          <SearchBox />
          <div className="ml-auto flex items-center gap-1">
            <SyncStatusIndicator />
            <UserMenu tools={tools} onTools={toggleTools} />
          </div>
        </header>
        <CatchUpBar />
        <SyncBanner />
        <main ref={main} id="content" tabIndex={-1} className="flex-1">
          <UnsentProvider>
            <Outlet />
          </UnsentProvider>
        </main>
        {tools ? <DeveloperTools /> : null}
      </div>
    </div>
  );
}
