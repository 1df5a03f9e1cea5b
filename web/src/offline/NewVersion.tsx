import { Button } from "../components/Button.tsx";
import { useNewVersion } from "./use-new-version.ts";

/** Offers the newer version of the application; whoever is in the middle of something takes it later. */
export function NewVersion() {
  const { ready, takeOver } = useNewVersion();
  if (!ready) return null;
  return (
    <div
      role="status"
      className="fixed right-4 bottom-4 z-40 flex items-center gap-3 rounded-lg border border-line bg-surface px-3.5 py-2.5 text-sm shadow-pop"
    >
      A newer version is here.
      <Button size="sm" variant="solid" onClick={takeOver}>
        Reload
      </Button>
    </div>
  );
}
