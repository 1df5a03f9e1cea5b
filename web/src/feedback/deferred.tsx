import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { Button } from "../components/Button.tsx";
import { ErrorBoundary } from "./ErrorBoundary.tsx";

function NotLoaded() {
  return (
    <p role="alert" className="flex flex-wrap items-center gap-3 py-2 text-ink-2 text-sm">
      This part of the page could not be loaded. Check your connection, then reload.
      <Button size="sm" onClick={() => window.location.reload()}>
        Reload
      </Button>
    </p>
  );
}

/**
 * Wraps a component whose code loads after the first page. The service worker keeps the code on the device, so that it
 * also loads offline; on a first visit that fails, a message takes the place of the component.
 *
 * @param waiting shown until the code is loaded
 */
export function deferred<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode = null,
): (props: Props) => ReactNode {
  const Part = lazy(async () => ({ default: await load() }));
  return function Deferred(props: Props) {
    return (
      <ErrorBoundary fallback={<NotLoaded />}>
        <Suspense fallback={waiting}>
          <Part {...props} />
        </Suspense>
      </ErrorBoundary>
    );
  };
}
