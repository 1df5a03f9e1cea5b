/**
 * Service worker that keeps the application's files on the device, so that it opens offline. It caches only files that
 * the build lists: rows are in IndexedDB, and a second cache of API responses would show outdated ones.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

/** Inserted by the build: each file with a hash of its content, or null if the file name contains the hash. */
declare const __HELIOGRAPH_FILES__: { url: string; revision: string | null }[];

precacheAndRoute(__HELIOGRAPH_FILES__);
cleanupOutdatedCaches();
// Every path of the application is served by index.html, except the server's own paths.
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/index.html"), { denylist: [/^\/(api|ws|docs|healthz|metrics)(\/|$)/] }),
);

// A new version waits for the user. Activated under an open page, it would remove chunks that the page still loads.
addEventListener("message", (event) => {
  if ((event as MessageEvent).data === "take-over") void (globalThis as unknown as WorkerScope).skipWaiting();
});

/** The part of a service worker's global scope that is used here. The DOM types do not include it. */
interface WorkerScope {
  skipWaiting(): Promise<void>;
}
