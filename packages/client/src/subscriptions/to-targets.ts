import { canonicalUuid } from "@heliograph/shared/uuid";
import type { Logger } from "../platform/logger.ts";
import type { Target } from "./subscription-book.ts";

export function toTargets(type: string, ids: readonly string[], container: boolean, logger: Logger): Target[] {
  const targets: Target[] = [];
  for (const id of new Set(ids)) {
    const canonical = canonicalUuid(id);
    if (canonical) targets.push({ type, id: canonical, container });
    // One bad id would make the server refuse the whole message with all the good ones.
    else logger.warn(`[Sync] "${id}" is no UUID; ${type} cannot be subscribed by it.`);
  }
  return targets;
}
