import { Button } from "../components/Button.tsx";
import { useNewVersion } from "./use-new-version.ts";

/**
 * Offers to reload with a new version of the application. Not automatic, so that users can finish what they are doing.
 */
export function NewVersion() {
  const { ready, takeOver } = useNewVersion();
  if (!ready) return null;
  return (
    <div
      role="status"
      className="fixed right-4 bottom-4 z-40 flex items-center gap-3 rounded-lg border border-line bg-surface px-3.5 py-2.5 text-sm shadow-pop"
    >
      A new version is available.
      <Button size="sm" variant="solid" onClick={takeOver}>
        Reload
      </Button>
    </div>
  );
}
