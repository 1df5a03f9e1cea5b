import type { SocketPort } from "@heliograph/gateway/sync/connection/connection";
import type { Host } from "../engine/host.ts";
import type { Network } from "../engine/network.ts";
import type { Scheduler } from "../engine/scheduler.ts";

/** The gateway's end of an accepted socket. */
export type GatewayEnd = {
  received(text: string): void;
  pong(): void;
  drained(): void;
  closed(code: number): void;
};

/** The client's end. */
type ClientEnd = { opened(): void; received(text: string): void; closed(code: number): void };

/** Bytes that the kernel buffers before the sender notices that the receiver does not read. */
const kernelBytes = 512;

/** One direction of a connection: ordered and lossless; data is held while the direction is blocked. */
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

export type SimSocketParts = {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly client: Host;
  readonly gateway: Host;
  readonly clientEnd: ClientEnd;
  /** Called with every frame that the gateway sends, for the checks. */
  readonly onDown: (text: string) => void;
};

/** A WebSocket between a client and a gateway. */
export class SimSocket implements SocketPort {
  readonly client: Host;
  readonly gateway: Host;
  readonly #parts: SimSocketParts;
  readonly #up: Lane;
  readonly #down: Lane;
  #gatewayEnd: GatewayEnd | undefined;
  /** Each side learns separately that the socket is closed. */
  #gatewayClosed = false;
  #clientClosed = false;
  /** One direction is blocked although the network is up, as with a client that does not read or a broken proxy. */
  stalled: "none" | "up" | "down" = "none";

  constructor(parts: SimSocketParts) {
    this.#parts = parts;
    this.client = parts.client;
    this.gateway = parts.gateway;
    const isDark = (): boolean => parts.network.state(parts.client.name, parts.gateway.name) === "dark";
    const { scheduler, network } = parts;
    this.#up = new Lane({
      scheduler,
      network,
      host: parts.gateway,
      isOpen: () => !this.#gatewayClosed,
      isBlocked: () => isDark() || this.stalled === "up",
    });
    this.#down = new Lane({
      scheduler,
      network,
      host: parts.client,
      isOpen: () => !this.#clientClosed,
      isBlocked: () => isDark() || this.stalled === "down",
    });
  }

  get isClosed(): boolean {
    return this.#gatewayClosed && this.#clientClosed;
  }

  /** Completes the handshake. */
  accept(gatewayEnd: GatewayEnd): void {
    this.#gatewayEnd = gatewayEnd;
  }

  opened(): void {
    this.#down.send(0, () => this.#parts.clientEnd.opened());
  }

  // The gateway's side.
  get bufferedAmount(): number {
    return Math.max(0, this.#down.heldBytes - kernelBytes) * 64;
  }

  send(text: string): void {
    if (this.#gatewayClosed) return;
    this.#parts.onDown(text);
    this.#down.send(text.length, () => this.#parts.clientEnd.received(text));
  }

  ping(): void {
    this.#down.send(2, () => this.#up.send(2, () => this.#gatewayEnd?.pong()));
  }

  close(code: number): void {
    this.#down.send(2, () => {
      this.#endClient(code);
      this.#up.send(2, () => this.#endGateway(code));
    });
  }

  terminate(): void {
    this.#parts.scheduler.after(0, this.gateway, () => this.#endGateway(1006));
    this.#reset();
  }

  pause(): void {
    // The gateway itself bounds its queue, so the model does not need this.
  }

  resume(): void {}

  // The client's side.
  sendUp(text: string): void {
    if (!this.#clientClosed) this.#up.send(text.length, () => this.#gatewayEnd?.received(text));
  }

  closeByClient(code: number): void {
    if (this.#clientClosed) return;
    this.#clientClosed = true;
    this.#up.send(2, () => this.#endGateway(code));
  }

  // Faults.
  /** Breaks the connection; both ends learn of it at once. */
  cut(): void {
    this.#parts.scheduler.after(0.1, this.gateway, () => this.#endGateway(1006));
    this.#parts.scheduler.after(0.1, this.client, () => this.#endClient(1006));
  }

  /** Tells the client that the gateway closed the connection, unless the network drops that too. */
  #reset(): void {
    this.#down.send(0, () => this.#endClient(1006));
  }

  gatewayDied(): void {
    this.#gatewayClosed = true;
    this.#reset();
  }

  /** Closes the socket of a page that is gone. `code`: close code that the gateway receives. */
  clientDied(code: number): void {
    this.closeByClient(code);
  }

  /** Call when a direction may be free again: delivers the data that was held. */
  unblock(): void {
    this.#up.flush();
    this.#down.flush();
    if (this.#gatewayEnd && !this.#gatewayClosed && this.bufferedAmount === 0)
      this.#parts.scheduler.after(1, this.gateway, () => this.#gatewayClosed || this.#gatewayEnd?.drained());
  }

  #endGateway(code: number): void {
    if (this.#gatewayClosed) return;
    this.#gatewayClosed = true;
    this.#gatewayEnd?.closed(code);
  }

  #endClient(code: number): void {
    if (this.#clientClosed) return;
    this.#clientClosed = true;
    this.#parts.clientEnd.closed(code);
  }
}
