import type { JourneyMetric } from "../plan/metrics.ts";

/** Events of one socket. `onClose` is called exactly once, also when the socket never opened. */
export interface SocketEvents {
  onOpen(): void;
  onText(text: string): void;
  onClose(code: number, reason: string): void;
}

/** A socket that is open or opening. */
export interface RawSocket {
  send(text: string): void;
  close(code: number): void;
  /** Stops reading, so that the kernel's buffers fill up. Absent where an engine cannot do it. */
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

/** `body` is the parsed JSON, or undefined when the body was not JSON. Status 0: there was no response. */
export interface HttpResponse {
  readonly status: number;
  readonly body: unknown;
}

export type Tags = Readonly<Record<string, string>>;

/**
 * Everything outside itself that a journey may use; k6 and Node implement it. A timer that is left over keeps a virtual
 * user of k6 from ending, so journeys cancel theirs.
 */
export interface Ports {
  /** Wall time in milliseconds since 1970. This and `setTimer` are those of `Clock` in packages/shared. */
  wallNow(): number;
  /** Calls back once after `delayMs`. The returned function cancels the timer. */
  setTimer(callback: () => void, delayMs: number): () => void;
  openSocket(request: SocketRequest, events: SocketEvents): RawSocket;
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Uniform in [0, 1). */
  random(): number;
  /** `at`: when it happened, milliseconds since 1970, if not now. An engine may ignore it. */
  record(metric: JourneyMetric, value: number, tags?: Tags, at?: number): void;
}

/**
 * Resolves after `ms`, or immediately when `ms` is not positive. The shared `sleep` cannot be used: k6 resolves no
 * packages and has no AbortSignal.
 */
export function sleep(ports: Pick<Ports, "setTimer">, ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => ports.setTimer(resolve, ms));
}
