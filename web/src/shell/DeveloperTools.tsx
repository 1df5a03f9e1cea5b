import { lazy, Suspense, useState } from "react";
import { ErrorBoundary } from "../components/ErrorBoundary.tsx";

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
    <ErrorBoundary fallback={null}>
      <Suspense>
        <Panel defaultOpen />
      </Suspense>
    </ErrorBoundary>
  );
}
