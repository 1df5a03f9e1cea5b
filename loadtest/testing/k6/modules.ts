/** The exports of k6/data, k6/metrics, k6/timers and k6/websockets that the script imports. */
import { WebSocket as Socket } from "ws";
import { Metric } from "./state.ts";

export { clearTimeout, setTimeout } from "node:timers";

/** k6 shares one copy among its virtual users. Here all of them run in one process. */
export class SharedArray extends Array<unknown> {
  constructor(_: string, read: () => unknown[]) {
    super();
    this.push(...read());
  }
}

export class Trend extends Metric {
  constructor(name: string) {
    super("trend", name);
  }
}

export class Rate extends Metric {
  constructor(name: string) {
    super("rate", name);
  }
}

export class Counter extends Metric {
  constructor(name: string) {
    super("counter", name);
  }
}

type Handler = (event: { data?: string; code?: number; reason?: string; error?: string }) => void;

/** k6's WebSocket: handlers are properties, and a failed socket gets onerror before onclose. */
export class WebSocket {
  readonly #socket: Socket;
  onopen: Handler = () => undefined;
  onmessage: Handler = () => undefined;
  onclose: Handler = () => undefined;
  onerror: Handler = () => undefined;

  constructor(url: string, protocols: string[], _: unknown) {
    this.#socket = new Socket(url, protocols, { perMessageDeflate: false });
    this.#socket.on("open", () => this.onopen({}));
    this.#socket.on("message", (data) => this.onmessage({ data: String(data) }));
    this.#socket.on("error", (error) => this.onerror({ error: error.message }));
    this.#socket.on("close", (code, reason) => {
      // k6 calls onerror before onclose for every code other than 1000.
      if (code !== 1000) this.onerror({ error: `websocket: close ${code}` });
      this.onclose({ code, reason: String(reason) });
    });
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(code: number): void {
    this.#socket.close(code);
  }
}
