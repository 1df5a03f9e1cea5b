import { useCallback, useEffect, useState } from "react";

/** How often a page that stays open asks for a newer version of itself, in milliseconds. */
const checkEvery = 30 * 60_000;

/** Makes the application open without a network, and says when a newer version of it has arrived. */
export function useNewVersion(): { readonly ready: boolean; readonly takeOver: () => void } {
  const [waiting, setWaiting] = useState<ServiceWorker>();
  useEffect(() => {
    // In development the files change under their names: kept, they would show yesterday's code.
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    let timer: ReturnType<typeof setInterval> | undefined;
    let stopped = false;
    const watch = (registration: ServiceWorkerRegistration) => {
      const look = () => {
        // Without one in charge this is the first version, and nothing is to be replaced.
        if (registration.waiting && navigator.serviceWorker.controller) setWaiting(registration.waiting);
      };
      look();
      registration.addEventListener("updatefound", () => {
        registration.installing?.addEventListener("statechange", look);
      });
      timer = setInterval(() => void registration.update().catch(() => undefined), checkEvery);
    };
    navigator.serviceWorker
      .register("/service-worker.js")
      .then((registration) => {
        if (!stopped) watch(registration);
      })
      // Private windows may forbid it: the application then needs a network to open, and nothing else changes.
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
