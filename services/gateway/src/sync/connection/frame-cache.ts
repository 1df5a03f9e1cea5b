import type { Signal } from "./signal.ts";

/** Most changes in one frame. Keeps frames below 100 kB, so that a slow socket is noticed between two of them. */
export const maxChangesPerFrame = 1000;

function renderInvalidate(signals: readonly Signal[]): string {
  let list = "";
  let newest = 0;
  for (const signal of signals) {
    list += list === "" ? signal.json : `,${signal.json}`;
    if (signal.changedAt > newest) newest = signal.changedAt;
  }
  return `{"type":"INVALIDATE","payload":{"entityCode":"${signals[0]?.entityCode}","changes":[${list}],"timestamp":"${new Date(newest).toISOString()}"}}`;
}

/**
 * INVALIDATE frames of one batch. Sockets that receive the same signals in the same order, such as all members of an
 * organization that subscribed to it as a container, share one text instead of each joining the same thousand pieces.
 */
export class FrameCache {
  readonly #byFirst = new Map<Signal, { signals: readonly Signal[]; text: string }[]>();

  /** `signals`: 1 to `maxChangesPerFrame`, all of one entity code. */
  invalidate(signals: readonly Signal[]): string {
    const [first] = signals;
    if (!first) throw new RangeError("INVALIDATE needs at least one change");
    let frames = this.#byFirst.get(first);
    if (!frames) {
      frames = [];
      this.#byFirst.set(first, frames);
    }
    const same = frames.find(
      (frame) => frame.signals.length === signals.length && frame.signals.every((signal, at) => signal === signals[at]),
    );
    if (same) return same.text;
    const text = renderInvalidate(signals);
    // Comparing pays for a few variants per first signal; with more, every socket would compare in vain.
    if (frames.length < 4) frames.push({ signals, text });
    return text;
  }
}

export function goneFrame(entityCode: string, entityIds: readonly string[]): string {
  return `{"type":"GONE","payload":{"entityCode":"${entityCode}","entityIds":${JSON.stringify(entityIds)}}}`;
}
