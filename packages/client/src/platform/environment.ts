/**
 * - leave: the page is unloaded, or put away in the browser's back-forward cache; from there `visible` follows
 * - freeze: the browser is about to stop the page without unloading it; `visible` follows when it goes on
 */
export type EnvironmentEvent = "online" | "offline" | "visible" | "leave" | "freeze";

/** What the device tells about itself. */
export type Environment = {
  /** False only when the device is certain that it has no network. */
  online(): boolean;
  /** Returns the function that ends the listening. */
  subscribe(listener: (event: EnvironmentEvent) => void): () => void;
};

/** For servers and tests: always online, never hidden. */
export const steadyEnvironment: Environment = { online: () => true, subscribe: () => () => {} };

/** The browser's network and visibility events. */
export const browserEnvironment: Environment = {
  online: () => navigator.onLine,
  subscribe(listener) {
    const online = () => listener("online");
    const offline = () => listener("offline");
    const visible = () => {
      if (document.visibilityState === "visible") listener("visible");
    };
    // Not beforeunload: it may be cancelled, and it keeps pages out of the cache.
    const left = () => listener("leave");
    // pageshow: a page that comes back from the back-forward cache has dead sockets and fires no visibilitychange.
    const restored = (event: PageTransitionEvent) => {
      if (event.persisted) listener("visible");
    };
    const frozen = () => listener("freeze");
    const resumed = () => listener("visible");
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    window.addEventListener("pagehide", left);
    window.addEventListener("pageshow", restored);
    document.addEventListener("visibilitychange", visible);
    document.addEventListener("freeze", frozen);
    document.addEventListener("resume", resumed);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
      window.removeEventListener("pagehide", left);
      window.removeEventListener("pageshow", restored);
      document.removeEventListener("visibilitychange", visible);
      document.removeEventListener("freeze", frozen);
      document.removeEventListener("resume", resumed);
    };
  },
};

export function defaultEnvironment(): Environment {
  return typeof window === "undefined" || typeof document === "undefined" ? steadyEnvironment : browserEnvironment;
}
