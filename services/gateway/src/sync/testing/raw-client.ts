import { connect, type Socket } from "node:net";

/** A raw TCP client: it reads only on request, never closes by itself, and sends any bytes. */
export class RawClient implements AsyncDisposable {
  readonly socket: Socket;
  /** Bytes received. */
  size = 0;
  /** The last bytes received; enough for a close frame. */
  tail: Buffer = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.on("error", () => undefined);
    this.socket.on("data", (data: Buffer) => {
      this.size += data.length;
      this.tail = Buffer.concat([this.tail, data]).subarray(-4096);
    });
  }

  request(lines: readonly string[]): void {
    this.socket.write([...lines, "", ""].join("\r\n"));
  }

  /** Sends an upgrade request. */
  handshake(path: string): void {
    this.request([
      `GET ${path} HTTP/1.1`,
      "host: localhost",
      "connection: Upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ]);
  }

  /** Resolves with the bytes received so far as text once they contain `wanted`; the test's timeout is the limit. */
  async until(wanted: string | Buffer): Promise<string> {
    while (!this.tail.includes(wanted)) await new Promise((resolve) => this.socket.once("data", resolve));
    return this.tail.toString("utf8");
  }

  get closed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.closed) resolve();
      else this.socket.once("close", () => resolve());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}

/** A complete client frame, masked with zeros, of less than 64 KiB. Opcodes: 1 text, 8 close, 9 ping, 10 pong. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), payload]);
}

/** The bytes of a close frame with this code from the server. */
export const closeCodeBytes = (code: number): Buffer => Buffer.from([code >> 8, code & 0xff]);
