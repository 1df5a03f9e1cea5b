import type { IncomingMessage } from "node:http";

/** The server answered the upgrade request with a normal HTTP response. */
export class RefusedUpgrade extends Error {
  override readonly name = "RefusedUpgrade";
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;

  constructor({ statusCode = 0, headers }: IncomingMessage, body: string) {
    super(`the upgrade was answered ${statusCode}: ${body}`);
    this.status = statusCode;
    this.headers = headers;
    this.body = body;
  }

  /** The error in the body, as a gateway sends it. */
  get error(): { readonly code: string; readonly message: string; readonly remedy: string } {
    return (JSON.parse(this.body) as { error: RefusedUpgrade["error"] }).error;
  }

  static async from(response: IncomingMessage): Promise<RefusedUpgrade> {
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return new RefusedUpgrade(response, Buffer.concat(parts).toString("utf8"));
  }
}
