import type { Change } from "./signal.ts";

/** Most changes in one frame: keeps frames below 100 kB, so that a slow socket is noticed between two of them. */
export const maxChangesPerFrame = 1000;

function render(changes: readonly Change[]): string {
  let list = "";
  let newest = 0;
  for (const change of changes) {
    list += list === "" ? change.json : `,${change.json}`;
    if (change.at > newest) newest = change.at;
  }
  return `{"type":"INVALIDATE","payload":{"entityCode":"${changes[0]?.code}","changes":[${list}],"timestamp":"${new Date(newest).toISOString()}"}}`;
}

/**
 * INVALIDATE frames of one batch. Sockets with the same changes in the same order, such as all members of an
 * organization that hold it as a container, share one text instead of each joining the same thousand pieces.
 */
export class FrameCache {
  readonly #byFirst = new Map<Change, { changes: readonly Change[]; text: string }[]>();

  /** `changes`: 1 to `maxChangesPerFrame`, all of one entity code. */
  invalidate(changes: readonly Change[]): string {
    const [first] = changes;
    if (!first) throw new RangeError("an INVALIDATE without changes");
    let known = this.#byFirst.get(first);
    if (!known) {
      known = [];
      this.#byFirst.set(first, known);
    }
    const same = known.find(
      (entry) => entry.changes.length === changes.length && entry.changes.every((change, at) => change === changes[at]),
    );
    if (same) return same.text;
    const text = render(changes);
    // A few variants per first change are worth comparing; more would make every socket compare in vain.
    if (known.length < 4) known.push({ changes, text });
    return text;
  }
}

export function goneFrame(code: string, ids: readonly string[]): string {
  return `{"type":"GONE","payload":{"entityCode":"${code}","entityIds":["${ids.join('","')}"]}}`;
}
