import { lazy, Suspense, useState } from "react";
import { ErrorBoundary } from "../feedback/ErrorBoundary.tsx";

// Loaded on request only.
const Panel = lazy(async () => ({ default: (await import("@heliograph/client/devtools")).HeliographDevtools }));

const key = "heliograph-developer-tools";

/** Whether the panel is shown. Stored for the tab, so that a reload does not close it. */
export function useDeveloperTools(): readonly [shown: boolean, toggle: () => void] {
  const [shown, setShown] = useState(() => sessionStorage.getItem(key) !== null);
  const toggle = () => {
    if (shown) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, "shown");
    setShown(!shown);
  };
  return [shown, toggle];
}

/** The SDK's devtools panel. */
export function DeveloperTools() {
  return (
    // The service worker does not keep the panel on the device, so loading it fails offline.
    <ErrorBoundary
      fallback={
        <p
          role="alert"
          className="fixed right-4 bottom-4 z-30 rounded-md border border-line bg-surface px-3 py-2 text-ink-2 text-sm shadow-pop"
        >
          The developer tools could not be loaded because this device is offline. Open them again when you are online.
        </p>
      }
    >
      <Suspense>
        <Panel defaultOpen />
      </Suspense>
    </ErrorBoundary>
  );
}
