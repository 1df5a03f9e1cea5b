import { entityKey } from "@heliograph/shared/entity-key";
import type { SyncStatus } from "../status/sync-status.ts";
import type { StoredEntity } from "../store/entity-store.ts";
import type { Phase } from "../subscriptions/subscription-set.ts";
import { formatCount, formatTime } from "./format.ts";
import type { Recorder, RowHistory } from "./recorder.ts";

/** One step on the path of a change from the server to the screen. */
export interface Finding {
  readonly question: string;
  readonly answer: string;
  /** no: changes do not get past this step. maybe: unknown, or in progress. */
  readonly verdict: "yes" | "no" | "maybe";
}

export interface Explanation {
  /** The explanation in one sentence. */
  readonly conclusion: string;
  readonly findings: readonly Finding[];
}

/** The input of an explanation; see `gatherFacts`. */
export interface RowFacts {
  readonly entityCode: string;
  readonly entityId: string;
  readonly status: SyncStatus;
  /** Phase of the subscription to the row itself. */
  readonly phase: Phase | undefined;
  /** Subscribed containers of the entity type. */
  readonly containers: readonly { readonly id: string; readonly phase: Phase }[];
  readonly row: StoredEntity | undefined;
  readonly neededVersion: number | undefined;
  readonly history: RowHistory | undefined;
  readonly recordingSince: number;
  readonly unsent: number;
  readonly attention: number;
  readonly watched: boolean;
  readonly lists: number;
}

/** Collects what the client knows about one row. */
export async function gatherFacts(recorder: Recorder, entityCode: string, entityId: string): Promise<RowFacts> {
  const { client } = recorder;
  const key = entityKey(entityCode, entityId);
  const subscriptions = client.subscriptions().filter(({ target }) => target.entityCode === entityCode);
  const mine = (entry: { readonly entityCode: string; readonly entityId: string }) =>
    entry.entityCode === entityCode && entry.entityId === entityId;
  return {
    entityCode,
    entityId,
    status: client.status(),
    phase: subscriptions.find(({ target }) => !target.container && target.entityId === entityId)?.phase,
    containers: subscriptions.flatMap(({ target, phase }) =>
      target.container ? [{ id: target.entityId, phase }] : [],
    ),
    row: (await client.store.read([key])).get(key),
    neededVersion: client.inspection.neededVersion(key),
    history: recorder.history(key),
    recordingSince: recorder.startedAt,
    unsent: client.outbox.snapshot().entries.filter(mine).length,
    attention: client.outbox.attention().items.filter(mine).length,
    watched: client.entities.watches(key),
    lists: client.inspection
      .lists()
      .filter(
        (list) => list.spec.entityCode === entityCode && list.snapshot().items.some((item) => item["$id"] === entityId),
      ).length,
  };
}

/** Follows the path of a change from the server to the screen and finds the step at which changes of this row stop. */
export function explainRow(facts: RowFacts): Explanation {
  const findings = [
    explainConnection(facts),
    explainSubscription(facts),
    explainSignal(facts),
    explainFetch(facts),
    explainStore(facts),
    explainView(facts),
  ];
  const local = explainUnsentChanges(facts);
  if (local) findings.push(local);
  // The first failing step is the cause; later ones are its effects.
  const stop = findings.find(({ verdict }) => verdict !== "yes");
  const conclusion = stop
    ? stop.answer
    : `Everything works: a change of this ${facts.entityCode} is signalled, fetched and shown.`;
  return { conclusion, findings };
}

function explainConnection({ status }: RowFacts): Finding {
  const question = "Is there a connection?";
  const who = status.leader ? "this tab" : "another tab of this browser";
  if (status.state === "connected") return { question, answer: `Yes, held by ${who}.`, verdict: "yes" };
  if (status.state === "catching-up" || status.state === "delayed") {
    const why = status.state === "delayed" ? "the server is behind" : "the client is still catching up";
    return { question, answer: `Yes, held by ${who}, but ${why}.`, verdict: "maybe" };
  }
  const reason = status.reason ? ` ${status.reason}` : "";
  return {
    question,
    answer: `No (${status.state}).${reason} Changes arrive when it is connected again.`,
    verdict: "no",
  };
}

function explainSubscription(facts: RowFacts): Finding {
  const question = "Is the row subscribed?";
  const covering = coveringContainers(facts);
  const held = covering.filter(({ phase }) => phase === "held");
  const inside = held.map(({ id }) => short(id)).join(", ");
  if (facts.phase === "held") {
    const also = held.length > 0 ? ` and through its container ${inside}` : "";
    return { question, answer: `Yes, by its id${also}.`, verdict: "yes" };
  }
  if (held.length > 0) return { question, answer: `Yes, through its container ${inside}.`, verdict: "yes" };
  if (facts.phase === "refused") {
    const answer =
      "The server refused the subscription: the row does not exist, or the user may not read it. The client retries it from time to time.";
    return { question, answer, verdict: "no" };
  }
  if (facts.phase === "failed") {
    return {
      question,
      answer: "The server rejected the subscription as invalid; see the Protocol tab.",
      verdict: "no",
    };
  }
  if (facts.phase === "wanted" || facts.phase === "asked") {
    return { question, answer: "A view requests it, but the server has not confirmed it yet.", verdict: "maybe" };
  }
  const others = facts.containers.length;
  if (others > 0 && facts.row?.base === undefined) {
    const answer = `Not by its id. The client subscribes to ${formatCount(others, "container")} of ${facts.entityCode}, but the row is not stored here, so it is unknown whether one of them contains it.`;
    return { question, answer, verdict: "maybe" };
  }
  const answer =
    others > 0
      ? `No: no view requests it, and it is in no subscribed container.`
      : "No: no mounted view requests this row or a container of it, so the server does not signal its changes.";
  return { question, answer, verdict: "no" };
}

function explainSignal({ history, recordingSince, row }: RowFacts): Finding {
  const question = "Was a change signalled?";
  const { signalled, goneAt } = history ?? {};
  if (goneAt !== undefined && goneAt >= (signalled?.at ?? 0)) {
    const answer = `The server reported it gone at ${formatTime(goneAt)}: deleted, or no longer readable.`;
    return { question, answer, verdict: row && !row.gone ? "maybe" : "yes" };
  }
  if (signalled) {
    const answer = `Yes, the latest at ${formatTime(signalled.at)}: ${signalled.action}, version ${signalled.version}.`;
    return { question, answer, verdict: "yes" };
  }
  return { question, answer: `Not since recording began at ${formatTime(recordingSince)}.`, verdict: "yes" };
}

function explainFetch({ neededVersion, history, row, status }: RowFacts): Finding {
  const question = "Was it fetched?";
  if (neededVersion !== undefined) {
    const last = status.lastError ? ` The latest error was: ${status.lastError.message}` : "";
    const what = neededVersion === 0 ? "any version" : `version ${neededVersion}`;
    return { question, answer: `Not yet: ${what} is to be fetched.${last}`, verdict: "maybe" };
  }
  const signalled = history?.signalled;
  if (signalled && row && row.ver < signalled.version && (history?.goneAt ?? 0) < signalled.at) {
    const answer = `No: version ${signalled.version} was signalled, version ${row.ver} is stored, and no fetch is pending.`;
    return { question, answer, verdict: "no" };
  }
  const at = history?.applied?.at ?? row?.seenAt;
  return {
    question,
    answer: at === undefined ? "There was nothing to fetch." : `Yes, at ${formatTime(at)}.`,
    verdict: "yes",
  };
}

function explainStore({ row }: RowFacts): Finding {
  const question = "What does this device store?";
  if (!row) return { question, answer: "Nothing: the row was never fetched here, or it was evicted.", verdict: "no" };
  if (row.gone) {
    const answer = `The row is marked as gone (deleted or not readable) at version ${row.ver}.`;
    return { question, answer, verdict: "no" };
  }
  const committedAt = row.ver / 1_000;
  return { question, answer: `Version ${row.ver}, committed at ${formatTime(committedAt)}.`, verdict: "yes" };
}

function explainView({ watched, lists }: RowFacts): Finding {
  const question = "Does a view show it?";
  if (!watched) return { question, answer: "No mounted view observes this row.", verdict: "maybe" };
  const where = lists === 0 ? "in a view of this row" : `in ${formatCount(lists, "list")}`;
  return { question, answer: `Yes, ${where}.`, verdict: "yes" };
}

function explainUnsentChanges({ unsent, attention }: RowFacts): Finding | undefined {
  if (unsent === 0 && attention === 0) return undefined;
  const parts = [
    unsent > 0 ? `${formatCount(unsent, "unsent change")} of this device` : "",
    attention > 0 ? `${attention} that ${attention === 1 ? "needs" : "need"} a decision` : "",
  ].filter((part) => part !== "");
  return {
    question: "Are there unsent changes?",
    answer: `Yes, ${parts.join(" and ")}. They hide the server's values of their columns.`,
    verdict: "maybe",
  };
}

/** Subscribed containers whose id is in any column of the row. Only the server knows which columns are containers. */
function coveringContainers({ containers, row }: RowFacts): RowFacts["containers"] {
  const values = new Set(Object.values(row?.base ?? {}).map(String));
  return containers.filter(({ id }) => values.has(id) || values.has(id.slice(id.indexOf("/") + 1)));
}

function short(name: string): string {
  const at = name.indexOf("/") + 1;
  return name.length - at > 9 ? `${name.slice(0, at + 8)}…` : name;
}
