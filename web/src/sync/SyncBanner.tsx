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

/** How many changes need a decision that the page in view does not ask for itself. */
function useAttentionElsewhere(): number {
  const { items } = useAttention();
  const { pathname } = useLocation();
  if (pathname === changesPath) return 0;
  return items.filter(isShowable).filter(({ entityCode, entityId }) => entityPath(entityCode, entityId) !== pathname)
    .length;
}

/** What a person must know while the pages do not move, or not everything of his is safe: one line, above the page. */
export function SyncBanner() {
  const { state, outbox, storage, storageReason } = useSyncStatus();
  const attention = useAttentionElsewhere();
  const { refresh } = useRefresh();
  const unsent =
    outbox.size > 0 ? (
      <>
        {" "}
        <Link to={changesPath} className="font-medium underline underline-offset-2">
          {count(outbox.size)}
        </Link>{" "}
        will be sent when the connection is back.
      </>
    ) : null;
  if (state === "offline") {
    return (
      <Strip icon={<WifiOff className="size-4 shrink-0" aria-hidden="true" />}>
        You are offline. What was loaded can be read, and what you change is kept on this device.{unsent}
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
        Sync is switched off: changes appear after reload.
      </Strip>
    );
  }
  if (attention > 0) {
    return (
      <Strip>
        {count(attention)} of yours {attention === 1 ? "needs" : "need"} your decision.{" "}
        <Link to={changesPath} className="font-medium underline underline-offset-2">
          Look at {attention === 1 ? "it" : "them"}
        </Link>
      </Strip>
    );
  }
  if (storage === "memory" && storageReason && outbox.size > 0) {
    return (
      <Strip>
        Nothing can be stored on this device: keep this tab open until {count(outbox.size)}{" "}
        {outbox.size === 1 ? "is" : "are"} sent.
      </Strip>
    );
  }
  return null;
}
