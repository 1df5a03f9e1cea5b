import { useAttention, useSyncStatus } from "@heliograph/client/react";
import { RotateCw, WifiOff } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation } from "react-router";
import { changesPath, entityPath } from "../catalog/paths.ts";
import { Button } from "../components/Button.tsx";
import { isShowable } from "../unsent/change-text.ts";
import { useRefresh } from "./refresh.tsx";

function Strip({ icon, children, action }: { icon?: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b bg-amber-bg px-4 py-1.5 text-amber-fg text-sm sm:px-6">
      {icon}
      <p className="min-w-0 flex-1">{children}</p>
      {action}
    </div>
  );
}

function count(size: number): string {
  return size === 1 ? "1 change" : `${size} changes`;
}

/** Number of changes that need a decision and whose notice is not on the current page. */
function useAttentionElsewhere(): number {
  const { items } = useAttention();
  const { pathname } = useLocation();
  if (pathname === changesPath) return 0;
  return items.filter(isShowable).filter(({ entityCode, entityId }) => entityPath(entityCode, entityId) !== pathname)
    .length;
}

/** One line above the page while live updates have stopped or some of the user's changes are not safe. */
export function SyncBanner() {
  const { state, outbox, storage, storageReason } = useSyncStatus();
  const attention = useAttentionElsewhere();
  const { refresh } = useRefresh();

  if (state === "offline") {
    return (
      <Strip icon={<WifiOff className="size-4 shrink-0" aria-hidden="true" />}>
        You are offline.{" "}
        {outbox.size > 0 ? (
          <>
            <Link to={changesPath} className="font-medium underline underline-offset-2">
              {count(outbox.size)}
            </Link>{" "}
            {outbox.size === 1 ? "is" : "are"} kept on this device and will be sent when you are back online.
          </>
        ) : (
          "You can keep reading and editing. Your changes are kept on this device until you are back online."
        )}
      </Strip>
    );
  }
  if (state === "disabled") {
    return (
      <Strip
        action={
          <Button size="sm" onClick={refresh}>
            <RotateCw className="size-3.5" aria-hidden="true" /> Refresh
          </Button>
        }
      >
        Sync is switched off on the server. Refresh to see changes by other people.
      </Strip>
    );
  }
  if (attention > 0) {
    return (
      <Strip>
        {attention === 1 ? "1 of your changes needs" : `${attention} of your changes need`} your decision.{" "}
        <Link to={changesPath} className="font-medium underline underline-offset-2">
          Review {attention === 1 ? "it" : "them"}
        </Link>
      </Strip>
    );
  }
  if (storage === "memory" && storageReason && outbox.size > 0) {
    return (
      <Strip>
        This browser cannot store data on this device. Keep this tab open until {count(outbox.size)}{" "}
        {outbox.size === 1 ? "is" : "are"} sent.
      </Strip>
    );
  }
  return null;
}
