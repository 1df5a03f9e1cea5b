const CRLF = "\r\n";

/** Length of the "message" push at the beginning of the text, 0 when it is something else, undefined when it is cut off. */
function pushLength(text: string): number | undefined {
  const head = `*3${CRLF}$7${CRLF}message${CRLF}`;
  if (!text.startsWith(head)) return head.startsWith(text) ? undefined : 0;
  let at = head.length;
  for (let part = 0; part < 2; part++) {
    const end = text.indexOf(CRLF, at);
    if (end < 0) return undefined;
    at = end + 2 + Number(text.slice(at + 1, end)) + 2;
  }
  return at <= text.length ? at : undefined;
}

/**
 * Takes whole pushed messages out of what a Redis server sends. A message is one or more pieces of the stream; what is not
 * complete yet is kept. Anything that does not begin like a push passes unchanged.
 */
export class PushFilter {
  #rest = "";

  /** The bytes that go on. `loses` is asked once for each message. */
  pass(piece: Buffer, loses: () => boolean): Buffer {
    // latin1 keeps one character per byte, so lengths of the protocol count.
    let text = this.#rest + piece.toString("latin1");
    let kept = "";
    this.#rest = "";
    while (text.length > 0) {
      const length = pushLength(text);
      if (length === undefined) {
        this.#rest = text;
        break;
      }
      if (length === 0) {
        kept += text;
        break;
      }
      if (!loses()) kept += text.slice(0, length);
      text = text.slice(length);
    }
    return Buffer.from(kept, "latin1");
  }
}
