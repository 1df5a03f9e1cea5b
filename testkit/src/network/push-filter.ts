const CRLF = "\r\n";

/** Length of the "message" push at the start of the text; 0 when it is something else, undefined when it is incomplete. */
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
 * Removes whole pushed messages from the stream of a Redis server. A message may span several chunks: an incomplete one is
 * kept until it is complete. Anything that does not start like a push passes unchanged.
 */
export class PushFilter {
  #rest = "";

  /** Returns the bytes to forward. `drops` is called once for each message. */
  pass(chunk: Buffer, drops: () => boolean): Buffer {
    // latin1 maps one byte to one character, so string offsets equal the byte lengths of the protocol.
    let text = this.#rest + chunk.toString("latin1");
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
      if (!drops()) kept += text.slice(0, length);
      text = text.slice(length);
    }
    return Buffer.from(kept, "latin1");
  }
}
