import type { SocketPort } from "@heliograph/gateway/sync/connection/connection";
import type { Host } from "../engine/host.ts";
import type { Network } from "../engine/network.ts";
import type { Scheduler } from "../engine/scheduler.ts";

/** The pod's end of a socket once it is accepted. */
export type PodEnd = {
  received(text: string): void;
  pong(): void;
  drained(): void;
  closed(code: number): void;
};

/** The client's end. */
type ClientEnd = { opened(): void; received(text: string): void; closed(code: number): void };

/** Bytes that the kernel takes before the sender notices that nobody reads. */
const kernelBytes = 512;

/** One direction of a connection: in order, without gaps, held while the way is blocked. */
class Lane {
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #isOpen: () => boolean;
  readonly #isBlocked: () => boolean;
  readonly #host: Host;
  readonly #held: { bytes: number; arrive: () => void }[] = [];
  #freeAt = 0;

  constructor(parts: {
    scheduler: Scheduler;
    network: Network;
    host: Host;
    isOpen: () => boolean;
    isBlocked: () => boolean;
  }) {
    this.#scheduler = parts.scheduler;
    this.#network = parts.network;
    this.#host = parts.host;
    this.#isOpen = parts.isOpen;
    this.#isBlocked = parts.isBlocked;
  }

  get heldBytes(): number {
    return this.#held.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  send(bytes: number, arrive: () => void): void {
    const at = Math.max(this.#scheduler.now + this.#network.latency(), this.#freeAt);
    this.#freeAt = at;
    this.#scheduler.after(at - this.#scheduler.now, undefined, () => {
      if (!this.#isOpen()) return;
      if (this.#held.length > 0 || this.#isBlocked()) this.#held.push({ bytes, arrive });
      else this.#scheduler.after(0, this.#host, arrive);
    });
  }

  flush(): void {
    if (this.#isBlocked()) return;
    for (const { arrive } of this.#held.splice(0))
      this.#scheduler.after(0, this.#host, () => this.#isOpen() && arrive());
  }
}

export type WireParts = {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly client: Host;
  readonly pod: Host;
  readonly clientEnd: ClientEnd;
  /** Every frame that the pod sends, for the checks. */
  readonly onDown: (text: string) => void;
};

/** A WebSocket between a client and a pod. */
export class Wire implements SocketPort {
  readonly client: Host;
  readonly pod: Host;
  readonly #parts: WireParts;
  readonly #up: Lane;
  readonly #down: Lane;
  #podEnd: PodEnd | undefined;
  /** The pod's side knows that it is over; the client's side. */
  #podOver = false;
  #clientOver = false;
  /** One way is blocked although the network is fine: a client that does not read, or a proxy that lost its mind. */
  stalled: "none" | "up" | "down" = "none";

  constructor(parts: WireParts) {
    this.#parts = parts;
    this.client = parts.client;
    this.pod = parts.pod;
    const isDark = (): boolean => parts.network.state(parts.client.name, parts.pod.name) === "dark";
    const { scheduler, network } = parts;
    this.#up = new Lane({
      scheduler,
      network,
      host: parts.pod,
      isOpen: () => !this.#podOver,
      isBlocked: () => isDark() || this.stalled === "up",
    });
    this.#down = new Lane({
      scheduler,
      network,
      host: parts.client,
      isOpen: () => !this.#clientOver,
      isBlocked: () => isDark() || this.stalled === "down",
    });
  }

  get over(): boolean {
    return this.#podOver && this.#clientOver;
  }

  /** The handshake is done. */
  accept(podEnd: PodEnd): void {
    this.#podEnd = podEnd;
  }

  opened(): void {
    this.#down.send(0, () => this.#parts.clientEnd.opened());
  }

  // The pod's side.
  get bufferedAmount(): number {
    return Math.max(0, this.#down.heldBytes - kernelBytes) * 64;
  }

  send(text: string): void {
    if (this.#podOver) return;
    this.#parts.onDown(text);
    this.#down.send(text.length, () => this.#parts.clientEnd.received(text));
  }

  ping(): void {
    this.#down.send(2, () => this.#up.send(2, () => this.#podEnd?.pong()));
  }

  close(code: number): void {
    this.#down.send(2, () => {
      this.#endClient(code);
      this.#up.send(2, () => this.#endPod(code));
    });
  }

  terminate(): void {
    this.#parts.scheduler.after(0, this.pod, () => this.#endPod(1006));
    this.#reset();
  }

  pause(): void {
    // The queue behind it is bounded by the pod itself; nothing of the model depends on it.
  }

  resume(): void {}

  // The client's side.
  sendUp(text: string): void {
    if (!this.#clientOver) this.#up.send(text.length, () => this.#podEnd?.received(text));
  }

  closeByClient(code: number): void {
    if (this.#clientOver) return;
    this.#clientOver = true;
    this.#up.send(2, () => this.#endPod(code));
  }

  // What the world does to it.
  /** Both ends learn at once that the connection is broken. */
  cut(): void {
    this.#parts.scheduler.after(0.1, this.pod, () => this.#endPod(1006));
    this.#parts.scheduler.after(0.1, this.client, () => this.#endClient(1006));
  }

  /** The pod is gone: the client hears of it, unless the network swallows that too. */
  #reset(): void {
    this.#down.send(0, () => this.#endClient(1006));
  }

  podDied(): void {
    this.#podOver = true;
    this.#reset();
  }

  /** The page is gone. `code` as the pod hears it. */
  clientDied(code: number): void {
    this.closeByClient(code);
  }

  /** The way is free again, or another one of the two. */
  unblock(): void {
    this.#up.flush();
    this.#down.flush();
    if (this.#podEnd && !this.#podOver && this.bufferedAmount === 0)
      this.#parts.scheduler.after(1, this.pod, () => this.#podOver || this.#podEnd?.drained());
  }

  #endPod(code: number): void {
    if (this.#podOver) return;
    this.#podOver = true;
    this.#podEnd?.closed(code);
  }

  #endClient(code: number): void {
    if (this.#clientOver) return;
    this.#clientOver = true;
    this.#parts.clientEnd.closed(code);
  }
}
