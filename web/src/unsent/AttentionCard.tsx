import type { AttentionItem, ConflictChoice } from "@heliograph/client";
import { useAttention } from "@heliograph/client/react";
import { useId, useState } from "react";
import { Link } from "react-router";
import { type EntityCode, entityInfo } from "../catalog/catalog.ts";
import { entityPath } from "../catalog/paths.ts";
import { useAnnounce } from "../components/Announcer.tsx";
import { Button } from "../components/Button.tsx";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { errorText } from "../feedback/error-text.ts";
import { ConflictChoices } from "./ConflictChoices.tsx";
import { causeText, kindText, nameOfRow, operationText } from "./change-text.ts";
import { LostRowChanges } from "./LostRowChanges.tsx";
import { RejectedChanges } from "./RejectedChanges.tsx";

const tones = {
  conflict: "bg-amber-bg text-amber-fg",
  rejected: "bg-red-bg text-red-fg",
  gone: "bg-gray-bg text-gray-fg",
  failed: "bg-red-bg text-red-fg",
};

/** A write that needs the user's decision: what it changes, why it failed, and the possible actions. */
export function AttentionCard({ item }: { item: AttentionItem & { entityCode: EntityCode } }) {
  const { retry, discard, resolve } = useAttention();
  const announce = useAnnounce();
  const [failure, setFailure] = useState("");
  const id = useId();
  const { entityCode, op, kind } = item;
  const label = entityInfo(entityCode).label.toLowerCase();
  const cause = causeText(item, label);
  const name = nameOfRow(entityCode, item.entityId, item.mine);

  async function decide(work: Promise<void>, announcement: string): Promise<void> {
    setFailure("");
    try {
      await work;
      announce(announcement);
    } catch (error) {
      setFailure(errorText(error));
    }
  }
  const send = (changes: Readonly<Record<string, unknown>>) => void decide(retry(item.key, changes), "Sending again");
  const giveUp = () => void decide(discard(item.key), "Change discarded");
  const settle = (choices: Readonly<Record<string, ConflictChoice>>) =>
    void decide(resolve(item.key, choices), "Conflict resolved");

  return (
    <article aria-labelledby={id} className="rounded-lg border border-line bg-canvas p-4">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className={`rounded px-1.5 font-medium text-xs ${tones[kind]}`}>{kindText(item)}</span>
        <h2 id={id} className="min-w-0 font-semibold">
          {kind === "gone" || op === "create" ? (
            name
          ) : (
            <Link to={entityPath(entityCode, item.entityId)} className="underline-offset-2 hover:underline">
              {name}
            </Link>
          )}
        </h2>
        <span className="text-ink-3 text-sm">
          {entityInfo(entityCode).label} · {operationText(op, item.changes)} ·{" "}
          <RelativeTime value={new Date(item.at).toISOString()} />
        </span>
      </header>
      <p className="mt-2">
        {cause.message} <span className="text-ink-2">{cause.remedy}</span>
      </p>
      {item.dependants.length > 0 ? (
        <p className="mt-1 text-ink-2">
          {item.dependants.length === 1
            ? "1 other change depends on this one. If you discard this change, the other one is discarded too."
            : `${item.dependants.length} other changes depend on this one. If you discard this change, they are discarded too.`}
        </p>
      ) : null}
      <div className="mt-3">
        {kind === "conflict" ? (
          <ConflictChoices entityCode={entityCode} item={item} onResolve={settle} />
        ) : op === "remove" ? (
          <div className="flex gap-2">
            <Button variant="solid" onClick={() => send({})}>
              Try again
            </Button>
            <Button onClick={giveUp}>Discard</Button>
          </div>
        ) : kind === "gone" && !item.base && op === "update" ? (
          <LostRowChanges entityCode={entityCode} item={item} onDiscard={giveUp} />
        ) : (
          <RejectedChanges
            entityCode={entityCode}
            item={item}
            send={kind === "gone" ? `Create the ${label} again` : "Send again"}
            onSend={send}
            onDiscard={giveUp}
          />
        )}
      </div>
      {failure ? (
        <p role="alert" className="mt-2 text-danger text-sm">
          {failure}
        </p>
      ) : null}
    </article>
  );
}
