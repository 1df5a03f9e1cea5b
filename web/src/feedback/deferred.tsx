import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { Button } from "../components/Button.tsx";
import { ErrorBoundary } from "./ErrorBoundary.tsx";

function Missing() {
  return (
    <p role="alert" className="flex flex-wrap items-center gap-3 py-2 text-ink-2 text-sm">
      This part is not on this device and could not be loaded.
      <Button size="sm" onClick={() => window.location.reload()}>
        Reload
      </Button>
    </p>
  );
}

/**
 * A part of a page whose code comes after the first page. Once the application was opened it is kept on the device, so
 * that it is there without a network too; before that, a part that cannot be loaded says so in its own place.
 *
 * @param waiting shown until it is there
 */
export function deferred<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode = null,
): (props: Props) => ReactNode {
  const Part = lazy(async () => ({ default: await load() }));
  return function Later(props: Props) {
    return (
      <ErrorBoundary fallback={<Missing />}>
        <Suspense fallback={waiting}>
          <Part {...props} />
        </Suspense>
      </ErrorBoundary>
    );
  };
}
