import type { DownMessage } from "@heliograph/protocol";
import type { SocketPort } from "../connection/connection.ts";

/** A socket that records what was written. */
export class FakeSocket implements SocketPort {
  readonly sent: DownMessage[] = [];
  readonly texts: string[] = [];
  bufferedAmount = 0;
  closedWith: number | undefined;
  terminated = false;
  pings = 0;
  paused = false;

  send(text: string): void {
    this.texts.push(text);
    this.sent.push(JSON.parse(text) as DownMessage);
  }
  close(code: number): void {
    this.closedWith ??= code;
  }
  terminate(): void {
    this.terminated = true;
  }
  ping(): void {
    this.pings += 1;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }

  /** What was written since the last call. */
  take(): DownMessage[] {
    this.texts.length = 0;
    return this.sent.splice(0);
  }
}
