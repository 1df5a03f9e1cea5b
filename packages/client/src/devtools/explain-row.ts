import { entityKey } from "@heliograph/shared/entity-key";
import { canonicalUuid } from "@heliograph/shared/uuid";
import type { SyncStatus } from "../status/sync-status.ts";
import type { StoredEntity } from "../store/entity-store.ts";
import type { Phase } from "../subscriptions/subscription-set.ts";
import { counted } from "./counted.ts";
import type { Recorder, RowStory } from "./recorder.ts";

/** One question on the way of a change, and its answer. */
export type Finding = {
  readonly question: string;
  readonly answer: string;
  /** no: here is where a change stops. maybe: not certain, or still under way. */
  readonly verdict: "yes" | "no" | "maybe";
};

export type Explanation = {
  /** The whole in a sentence. */
  readonly conclusion: string;
  readonly findings: readonly Finding[];
};

/** Everything that the explanation is made of; gathered by `gatherFacts`. */
export type RowFacts = {
  readonly code: string;
  readonly id: string;
  readonly possible: boolean;
  readonly status: SyncStatus;
  /** Of the row itself. */
  readonly phase: Phase | undefined;
  /** Containers of the type that are subscribed. */
  readonly containers: readonly { readonly id: string; readonly phase: Phase }[];
  readonly row: StoredEntity | undefined;
  readonly neededVersion: number | undefined;
  readonly story: RowStory | undefined;
  readonly recordingSince: number;
  readonly unsent: number;
  readonly attention: number;
  readonly watched: boolean;
  readonly lists: number;
};

export async function gatherFacts(recorder: Recorder, code: string, id: string): Promise<RowFacts> {
  const { client } = recorder;
  const canonical = canonicalUuid(id) ?? id;
  const key = entityKey(code, canonical);
  const subscriptions = client.subscriptions().filter(({ target }) => target.entityCode === code);
  const mine = (entry: { readonly entityCode: string; readonly entityId: string }) =>
    entry.entityCode === code && entry.entityId === canonical;
  return {
    code,
    id: canonical,
    possible: canonicalUuid(id) !== undefined,
    status: client.status(),
    phase: subscriptions.find(({ target }) => !target.container && target.id === canonical)?.phase,
    containers: subscriptions.flatMap(({ target, phase }) => (target.container ? [{ id: target.id, phase }] : [])),
    row: (await client.store.read([key])).get(key),
    neededVersion: client.inspection.neededVersion(key),
    story: recorder.story(key),
    recordingSince: recorder.startedAt,
    unsent: client.outbox.snapshot().entries.filter(mine).length,
    attention: client.outbox.attention().items.filter(mine).length,
    watched: client.entities.watches(key),
    lists: client.inspection
      .lists()
      .filter((list) => list.spec.entityCode === code && list.snapshot().items.some((item) => item["id"] === canonical))
      .length,
  };
}

/** Walks the way of a change from the server to the screen and says where this row stands. */
export function explainRow(facts: RowFacts): Explanation {
  if (!facts.possible) {
    const answer = `"${facts.id}" is no UUID; no row has it.`;
    return { conclusion: answer, findings: [{ question: "Can the row exist?", answer, verdict: "no" }] };
  }
  const findings = [connection(facts), subscription(facts), signal(facts), reading(facts), store(facts), shown(facts)];
  const local = localEdits(facts);
  if (local) findings.push(local);
  // The first one is the cause; what comes after it on the way is its effect.
  const stop = findings.find(({ verdict }) => verdict !== "yes");
  const conclusion = stop
    ? stop.answer
    : `Everything is in place: a change of this ${facts.code} is signalled, read and shown.`;
  return { conclusion, findings };
}

function connection({ status }: RowFacts): Finding {
  const question = "Is there a connection?";
  const who = status.leader ? "this tab" : "another tab of this browser, which this one follows";
  if (status.state === "connected") return { question, answer: `Yes, held by ${who}.`, verdict: "yes" };
  if (status.state === "catching-up" || status.state === "delayed") {
    const why = status.state === "delayed" ? "the server is behind" : "it is still catching up";
    return { question, answer: `Yes, held by ${who}, but ${why}.`, verdict: "maybe" };
  }
  const reason = status.reason ? ` ${status.reason}` : "";
  return { question, answer: `No (${status.state}).${reason} Changes arrive when it is back.`, verdict: "no" };
}

function subscription(facts: RowFacts): Finding {
  const question = "Is it subscribed?";
  const covering = coveringContainers(facts);
  const held = covering.filter(({ phase }) => phase === "held");
  const inside = held.map(({ id }) => short(id)).join(", ");
  if (facts.phase === "held") {
    const also = held.length > 0 ? `, and through its container ${inside}` : "";
    return { question, answer: `Yes, by its id${also}.`, verdict: "yes" };
  }
  if (held.length > 0) return { question, answer: `Yes, through its container ${inside}.`, verdict: "yes" };
  if (facts.phase === "refused") {
    const answer =
      "The server refused it: the row does not exist, or its person may not read it; the two are not told apart. It is asked for again from time to time.";
    return { question, answer, verdict: "no" };
  }
  if (facts.phase === "failed") {
    return { question, answer: "The server could not understand the subscription; see the protocol.", verdict: "no" };
  }
  if (facts.phase === "wanted" || facts.phase === "asked") {
    return { question, answer: "It is wanted, and the server has not confirmed it yet.", verdict: "maybe" };
  }
  const others = facts.containers.length;
  if (others > 0 && facts.row?.base === undefined) {
    const answer = `Not by its id; ${others} containers of ${facts.code} are, but the row is not held here, so whether it is inside one of them is unknown.`;
    return { question, answer, verdict: "maybe" };
  }
  const answer =
    others > 0
      ? `No: nobody looks at it, and it is in none of the ${others} subscribed containers.`
      : "No: no mounted view asks for this row or for a container of it, so the server tells nothing of it.";
  return { question, answer, verdict: "no" };
}

function signal({ story, recordingSince, row }: RowFacts): Finding {
  const question = "Was a change signalled?";
  const { signalled, goneAt } = story ?? {};
  if (goneAt !== undefined && goneAt >= (signalled?.at ?? 0)) {
    const answer = `The server took it away at ${time(goneAt)}: deleted, or no longer readable.`;
    return { question, answer, verdict: row && !row.gone ? "maybe" : "yes" };
  }
  if (signalled) {
    const answer = `Yes, the latest at ${time(signalled.at)}: ${signalled.action}, version ${signalled.version}.`;
    return { question, answer, verdict: "yes" };
  }
  return { question, answer: `Not since the recording began at ${time(recordingSince)}.`, verdict: "yes" };
}

function reading({ neededVersion, story, row, status }: RowFacts): Finding {
  const question = "Was it read?";
  if (neededVersion !== undefined) {
    const last = status.lastError ? ` The last error was: ${status.lastError.message}` : "";
    const what = neededVersion === 0 ? "any version" : `version ${neededVersion}`;
    return { question, answer: `Not yet: ${what} is to be read.${last}`, verdict: "maybe" };
  }
  const signalled = story?.signalled;
  if (signalled && row && row.ver < signalled.version && (story?.goneAt ?? 0) < signalled.at) {
    const answer = `No: version ${signalled.version} was signalled, version ${row.ver} is held, and nothing is under way.`;
    return { question, answer, verdict: "no" };
  }
  const at = story?.applied?.at ?? row?.seenAt;
  return { question, answer: at === undefined ? "There was nothing to read." : `Yes, at ${time(at)}.`, verdict: "yes" };
}

function store({ row }: RowFacts): Finding {
  const question = "What does this device hold?";
  if (!row) return { question, answer: "Nothing: the row was never read here, or was forgotten since.", verdict: "no" };
  if (row.gone) {
    const answer = `A note that it is gone (deleted or not readable), as of version ${row.ver}.`;
    return { question, answer, verdict: "no" };
  }
  const committedAt = row.ver / 1_000;
  return { question, answer: `Version ${row.ver}, committed at ${time(committedAt)}.`, verdict: "yes" };
}

function shown({ watched, lists }: RowFacts): Finding {
  const question = "Does a view show it?";
  if (!watched) return { question, answer: "No mounted view looks at this row.", verdict: "maybe" };
  const where = lists === 0 ? "a view of its own" : counted(lists, "list");
  return { question, answer: `Yes: ${where}.`, verdict: "yes" };
}

function localEdits({ unsent, attention }: RowFacts): Finding | undefined {
  if (unsent === 0 && attention === 0) return undefined;
  const parts = [
    unsent > 0 ? `${counted(unsent, "unsent change")} of this device` : "",
    attention > 0 ? `${attention} that ${attention === 1 ? "waits" : "wait"} for a decision` : "",
  ].filter((part) => part !== "");
  return {
    question: "Are there edits on top?",
    answer: `Yes, ${parts.join(" and ")}: their columns hide what the server has.`,
    verdict: "maybe",
  };
}

/** Containers whose id stands in a column of the row: the registry decides which columns count, the server alone knows. */
function coveringContainers({ containers, row }: RowFacts): RowFacts["containers"] {
  const values = new Set(Object.values(row?.base ?? {}));
  return containers.filter(({ id }) => values.has(id));
}

function short(id: string): string {
  return `${id.slice(0, 8)}…`;
}

export function time(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}
