import type { BusMessage } from "@heliograph/protocol";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import type { Host } from "../engine/host.ts";
import type { Network } from "../engine/network.ts";
import type { Scheduler } from "../engine/scheduler.ts";

export type Listener = {
  readonly host: Host;
  onMessage(message: BusMessage): void;
  onConnected(): void;
  onDisconnected(): void;
};

/** Probability of each fault for one message. */
export type BusFaults = { drop: number; duplicate: number; delay: number };

const noFaults: BusFaults = { drop: 0, duplicate: 0, delay: 0 };

/** Redis pub/sub: drops messages that it cannot deliver now. */
export class SimBus {
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #random: SeededRandom;
  readonly #listeners = new Set<Listener>();
  readonly #pokes = new Set<{ host: Host; onPoke: () => void }>();
  #up = true;
  /** Accepts messages and delivers none; no connection is closed. */
  silent = false;
  faults: BusFaults = noFaults;
  /** Every message that a watcher sent, for the checks. */
  onPublish: (message: BusMessage) => void = () => undefined;

  constructor(parts: { scheduler: Scheduler; network: Network; random: SeededRandom }) {
    this.#scheduler = parts.scheduler;
    this.#network = parts.network;
    this.#random = parts.random;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#connectLater(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  onPoke(host: Host, onPoke: () => void): void {
    this.#pokes.add({ host, onPoke });
  }

  poke(from: Host): void {
    for (const { host, onPoke } of this.#pokes) {
      if (!host.alive) continue;
      if (this.#reaches(from) && this.#reaches(host) && !this.silent)
        this.#scheduler.after(this.#network.latency(), host, onPoke);
    }
  }

  publish(from: Host, message: BusMessage): Promise<boolean> {
    this.onPublish(message);
    if (!this.#up || this.#network.state(from.name, "bus") === "cut") return Promise.resolve(false);
    const answered = new Promise<boolean>((resolve) => {
      this.#scheduler.after(this.#network.latency(), from, () => resolve(true));
    });
    if (this.silent || this.#network.state(from.name, "bus") === "dark") return answered;
    for (const listener of this.#listeners) this.#deliver(listener, message);
    return answered;
  }

  #deliver(listener: Listener, message: BusMessage): void {
    const { drop, duplicate, delay } = this.faults;
    if (this.#random.chance(drop)) return;
    const copies = this.#random.chance(duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const late = this.#random.chance(delay) ? this.#random.next() * 2000 : 0;
      this.#scheduler.after(this.#network.latency() + late, listener.host, () => {
        if (this.#listeners.has(listener) && this.#reaches(listener.host) && !this.silent) listener.onMessage(message);
      });
    }
  }

  stop(): void {
    this.#up = false;
    for (const listener of this.#listeners) this.#disconnect(listener);
  }

  start(): void {
    if (this.#up) return;
    this.#up = true;
    for (const listener of this.#listeners) this.#connectLater(listener);
  }

  /** Changes the link of one process: cut (noticed), dark (unnoticed) or up. */
  link(host: Host, state: "up" | "cut" | "dark"): void {
    const before = this.#network.state(host.name, "bus");
    this.#network.set(host.name, "bus", state);
    for (const listener of this.#listeners) {
      if (listener.host !== host) continue;
      if (state === "cut") this.#disconnect(listener);
      // A dark link may recover without a reconnect, and then the listener never learns that it missed messages.
      const reconnects = before === "cut" || (before === "dark" && this.#random.chance(0.5));
      if (state === "up" && reconnects && this.#up) this.#connectLater(listener);
    }
  }

  #reaches(host: Host): boolean {
    return this.#up && this.#network.state(host.name, "bus") === "up";
  }

  #connectLater(listener: Listener): void {
    this.#scheduler.after(5 + this.#random.next() * 100, listener.host, () => {
      if (this.#listeners.has(listener) && this.#reaches(listener.host)) listener.onConnected();
    });
  }

  #disconnect(listener: Listener): void {
    this.#scheduler.after(1, listener.host, () => {
      if (this.#listeners.has(listener)) listener.onDisconnected();
    });
  }

  /** Removes the listeners of a killed process. */
  forget(host: Host): void {
    for (const listener of this.#listeners) if (listener.host === host) this.#listeners.delete(listener);
    for (const poke of this.#pokes) if (poke.host === host) this.#pokes.delete(poke);
  }
}
