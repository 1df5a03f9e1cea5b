import { useCallback, useEffect, useState } from "react";

/** How often an open page checks for a new version, in ms. */
const checkIntervalMs = 30 * 60_000;

/**
 * Registers the service worker, which makes the application open offline, and tells when a new version is available.
 */
export function useNewVersion(): { readonly ready: boolean; readonly takeOver: () => void } {
  const [waiting, setWaiting] = useState<ServiceWorker>();
  useEffect(() => {
    // In development, files change under the same name, and a cache would serve outdated code.
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    let timer: ReturnType<typeof setInterval> | undefined;
    let stopped = false;
    const watch = (registration: ServiceWorkerRegistration) => {
      const check = () => {
        // Without a controller this is the first version, which replaces nothing.
        if (registration.waiting && navigator.serviceWorker.controller) setWaiting(registration.waiting);
      };
      check();
      registration.addEventListener("updatefound", () => {
        registration.installing?.addEventListener("statechange", check);
      });
      timer = setInterval(() => void registration.update().catch(() => undefined), checkIntervalMs);
    };
    navigator.serviceWorker
      .register("/service-worker.js")
      .then((registration) => {
        if (!stopped) watch(registration);
      })
      // Private windows may forbid service workers; the application then needs a network to open.
      .catch(() => undefined);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, []);
  const takeOver = useCallback(() => {
    navigator.serviceWorker.addEventListener("controllerchange", () => window.location.reload(), { once: true });
    waiting?.postMessage("take-over");
  }, [waiting]);
  return { ready: waiting !== undefined, takeOver };
}
