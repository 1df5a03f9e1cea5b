/**
 * Keeps the files of the application on the device, so that it opens without a network; the data is in IndexedDB already.
 * Only what the build names: answers of the API are the sync's business, and a second cache of them would show old rows.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

/** Put in by the build: each file with the revision of its content, null where the name has it already. */
declare const __HELIOGRAPH_FILES__: { url: string; revision: string | null }[];

precacheAndRoute(__HELIOGRAPH_FILES__);
cleanupOutdatedCaches();
// Every address of the application is the same page. The server's own pages are not.
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/index.html"), { denylist: [/^\/(api|ws|docs|healthz|metrics)(\/|$)/] }),
);

// A new version waits until its reader says so: swapped under an open page, the chunks that this asks for would be gone.
addEventListener("message", (event) => {
  if ((event as MessageEvent).data === "take-over") void (globalThis as unknown as WorkerScope).skipWaiting();
});

/** The part of a service worker's global object that is used here; the types of the DOM do not have it. */
interface WorkerScope {
  skipWaiting(): Promise<void>;
}
