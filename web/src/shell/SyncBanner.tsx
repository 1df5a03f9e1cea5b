import { useSyncStatus } from "@heliograph/client/react";
import { RotateCw } from "lucide-react";
import { Button } from "../components/Button.tsx";
import { useRefresh } from "./refresh.ts";

/** With sync switched off on the server the pages do not move by themselves: says so and offers the movement. */
export function SyncBanner() {
  const { state } = useSyncStatus();
  const { refresh } = useRefresh();
  if (state !== "disabled") return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-line border-b bg-amber-bg px-4 py-1.5 text-amber-fg text-sm sm:px-6">
      <p className="flex-1">Sync is switched off: changes appear after reload.</p>
      <Button size="sm" onClick={refresh}>
        <RotateCw className="size-3.5" aria-hidden="true" /> Refresh
      </Button>
    </div>
  );
}
