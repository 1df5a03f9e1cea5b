import { useEffect } from "react";
import { useLocation } from "react-router";
import { useAnnounce } from "./Announcer.tsx";

/** The path whose title was announced last; undefined until the first page, which the browser itself announces. */
let announcedPath: string | undefined;

/**
 * Sets the document title and announces it after a navigation, because screen readers do not notice client-side ones.
 */
export function usePageTitle(title: string | undefined): void {
  const { pathname } = useLocation();
  const announce = useAnnounce();
  useEffect(() => {
    if (!title) return;
    document.title = `${title} · Heliograph`;
    if (announcedPath !== undefined && announcedPath !== pathname) announce(title);
    announcedPath = pathname;
  }, [title, pathname, announce]);
}
