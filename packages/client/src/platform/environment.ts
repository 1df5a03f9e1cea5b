/**
 * - leave: the page is unloaded or enters the back-forward cache; `visible` follows when it returns from there
 * - freeze: the browser is about to freeze the page without unloading it; `visible` follows when it continues
 */
export type EnvironmentEvent = "online" | "offline" | "visible" | "leave" | "freeze";

/** Network and visibility of the device. */
export type Environment = {
  /** False only when the device is certain that it has no network. */
  online(): boolean;
  /** Returns the function that removes the listener. */
  subscribe(listener: (event: EnvironmentEvent) => void): () => void;
};

/** For servers and tests: always online and never hidden. */
const steadyEnvironment: Environment = { online: () => true, subscribe: () => () => {} };

/** The browser's network and visibility events. */
const browserEnvironment: Environment = {
  online: () => navigator.onLine,
  subscribe(listener) {
    const online = () => listener("online");
    const offline = () => listener("offline");
    const visible = () => {
      if (document.visibilityState === "visible") listener("visible");
    };
    // Not beforeunload: it can be cancelled, and it keeps pages out of the back-forward cache.
    const left = () => listener("leave");
    // A page that returns from the back-forward cache has dead sockets and fires pageshow, but no visibilitychange.
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
