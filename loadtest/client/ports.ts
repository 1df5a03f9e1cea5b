import type { JourneyMetric } from "../plan/metrics.ts";

/** What happens to a socket. `onClose` comes exactly once, also when the socket never opened. */
export interface SocketEvents {
  onOpen(): void;
  onText(text: string): void;
  onClose(code: number, reason: string): void;
}

/** An open or opening socket. */
export interface LoadSocket {
  send(text: string): void;
  close(code: number): void;
  /** Stops reading, so that the kernel's buffers fill up; absent where an engine cannot. */
  pause?(): void;
  resume?(): void;
}

export interface SocketRequest {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `body` is parsed JSON, or undefined when it was none. Status 0: no answer at all. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

export type Tags = Readonly<Record<string, string>>;

/** Everything a journey may touch; one implementation for k6, one for Node. */
export interface Ports {
  openSocket(request: SocketRequest, events: SocketEvents): LoadSocket;
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `act` once, later; answers what cancels it. A timer left over would keep a virtual user of k6 from ending. */
  after(ms: number, act: () => void): () => void;
  random(): number;
  /** `at`: when it happened, if not now, milliseconds since 1970; an engine may be unable to use it. */
  record(metric: JourneyMetric, value: number, tags?: Tags, at?: number): void;
}

/** Resolves after so many milliseconds, at once when that is past. */
export function sleep(ports: Pick<Ports, "after">, ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => ports.after(ms, resolve));
}
