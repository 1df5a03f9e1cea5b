import { lazy, Suspense, useState } from "react";
import { ErrorBoundary } from "../feedback/ErrorBoundary.tsx";

// Nobody who does not ask for it pays for it.
const Panel = lazy(async () => ({ default: (await import("@heliograph/client/devtools")).HeliographDevtools }));

const key = "heliograph-developer-tools";

/** Whether the panel is shown; kept for this tab, so that a reload does not close what one is looking at. */
export function useDeveloperTools(): readonly [shown: boolean, toggle: () => void] {
  const [shown, setShown] = useState(() => sessionStorage.getItem(key) !== null);
  const toggle = () => {
    if (shown) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, "shown");
    setShown(!shown);
  };
  return [shown, toggle];
}

export function DeveloperTools() {
  return (
    // Not kept on the device: the panel comes over the network each time, and there may be none.
    <ErrorBoundary
      fallback={
        <p
          role="alert"
          className="fixed right-4 bottom-4 z-30 rounded-md border border-line bg-surface px-3 py-2 text-ink-2 text-sm shadow-pop"
        >
          The developer tools could not be loaded. They need a network.
        </p>
      }
    >
      <Suspense>
        <Panel defaultOpen />
      </Suspense>
    </ErrorBoundary>
  );
}
