import type { IncomingMessage } from "node:http";

/** The server answered the upgrade request with an ordinary response. */
export class RefusedUpgrade extends Error {
  override readonly name = "RefusedUpgrade";
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`the upgrade was answered ${status}: ${body}`);
    this.status = status;
    this.body = body;
  }

  static async from(response: IncomingMessage): Promise<RefusedUpgrade> {
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return new RefusedUpgrade(response.statusCode ?? 0, Buffer.concat(parts).toString("utf8"));
  }
}
