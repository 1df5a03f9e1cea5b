import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { closeCodes } from "@heliograph/protocol/close-code";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { Timer } from "../timer.ts";
import { readTokenClaims } from "../token-claims.ts";
import type { Environment } from "./environment.ts";
import type { Probe } from "./probe.ts";
import type { Socket, SocketFactory } from "./socket.ts";
import { type ConnectionEvent, type ConnectionState, deadlineOf, type Effect, linkOf } from "./state.ts";
import { transition } from "./transition.ts";

export type ConnectionPorts = {
  readonly url: string;
  /** The current token, or null when nobody is signed in. */
  readonly getToken: () => string | null;
  readonly openSocket: SocketFactory;
  readonly probe: Probe;
  readonly environment: Environment;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** Every message but WELCOME and PONG, after the state has moved on. */
  readonly onMessage: (message: DownMessage) => void;
  readonly onWelcome: (message: Extract<DownMessage, { type: "WELCOME" }>) => void;
  /** A welcomed socket is gone; nothing of what was sent may be taken for received. */
  readonly onLost: () => void;
  readonly onAuthRequired: () => void;
  readonly onChange: (state: ConnectionState) => void;
};

/** Carries the states of `state.ts` out: owns the one socket, the one timer and the one probe. */
export class Connection {
  readonly #ports: ConnectionPorts;
  readonly #timer: Timer;
  #state: ConnectionState;
  #socket: Socket | undefined;
  #probe: AbortController | undefined;
  #token: string | null = null;
  #leaveEnvironment: (() => void) | undefined;
  #lastMessageAt: number | undefined;

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
    this.#state = { kind: "disconnected", since: ports.clock.now() };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get lastMessageAt(): number | undefined {
    return this.#lastMessageAt;
  }

  start(): void {
    const { environment } = this.#ports;
    this.#leaveEnvironment ??= environment.subscribe((event) => {
      if (event === "visible") this.tokenChanged(); // perhaps another tab signed in meanwhile
      this.#dispatch({ type: event });
    });
    this.#dispatch({ type: "start" });
    if (!environment.online()) this.#dispatch({ type: "offline" });
  }

  stop(): void {
    this.#leaveEnvironment?.();
    this.#leaveEnvironment = undefined;
    this.#dispatch({ type: "stop" });
  }

  /** Tells that `getToken` may answer differently now; without a difference nothing happens. */
  tokenChanged(): void {
    const token = this.#ports.getToken();
    const before = this.#token;
    if (token === before) return;
    if (token !== null) {
      this.#dispatch({ type: "token-changed", otherPerson: before !== null && !sameOwner(before, token) });
      return;
    }
    this.#token = null;
    this.#dispatch({ type: "token-removed" });
  }

  caughtUp(): void {
    this.#dispatch({ type: "caught-up" });
  }

  /** Hands a message to the socket; false when there is no welcomed socket. */
  send(message: UpMessage): boolean {
    if (!this.#socket || !linkOf(this.#state)) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #dispatch(event: ConnectionEvent): void {
    const before = this.#state;
    const input = { now: this.#ports.clock.now(), random: this.#ports.random() };
    const { state, effects } = transition(before, event, input);
    if (state === before && effects.length === 0) {
      // A timer that came too early (clocks differ by a millisecond) must not be the last one.
      if (event.type === "timer") this.#arm();
      return;
    }
    this.#state = state;
    if (state.kind !== "probing" && state.kind !== "disabled") this.#cancelProbe();
    this.#arm();
    if (linkOf(before) && !linkOf(state)) this.#ports.onLost();
    for (const effect of effects) this.#perform(effect);
    if (state.kind !== before.kind || retryAtOf(state) !== retryAtOf(before)) this.#ports.onChange(this.#state);
  }

  #arm(): void {
    const deadline = deadlineOf(this.#state);
    if (deadline === undefined) this.#timer.clear();
    else this.#timer.set(deadline - this.#ports.clock.now(), () => this.#dispatch({ type: "timer" }));
  }

  #perform(effect: Effect): void {
    switch (effect) {
      case "dial":
        this.#dial();
        break;
      case "hang-up":
        this.#hangUp();
        break;
      case "probe":
        this.#startProbe();
        break;
      case "ping":
        this.send({ type: "PING" });
        break;
      case "ask-for-token":
        this.#ports.onAuthRequired();
        break;
    }
  }

  #dial(): void {
    this.#hangUp();
    this.#token = this.#ports.getToken();
    if (this.#token === null) {
      // Nobody is signed in: the same ending as a server's refusal, without asking it.
      this.#dispatch({ type: "closed", code: closeCodes.unauthenticated.code, tokenChanged: false });
      return;
    }
    let socket: Socket | undefined;
    // Events of a socket that was replaced meanwhile are nobody's business any more.
    const mine = () => socket !== undefined && this.#socket === socket;
    try {
      socket = this.#ports.openSocket(this.#ports.url, this.#token, {
        opened: () => mine() && this.#dispatch({ type: "opened" }),
        received: (text) => mine() && this.#receive(text),
        closed: (code) => {
          if (!mine()) return;
          this.#socket = undefined;
          this.#dispatch({ type: "closed", code, tokenChanged: this.#offersOtherToken() });
        },
      });
      this.#socket = socket;
    } catch (error) {
      this.#ports.logger.warn(`[Sync] The socket could not be created: ${String(error)}`);
      this.#dispatch({ type: "closed", code: 1006, tokenChanged: false });
    }
  }

  #offersOtherToken(): boolean {
    const token = this.#ports.getToken();
    return token !== null && token !== this.#token;
  }

  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #receive(text: string): void {
    const message = parseMessage(text);
    if (!message) {
      this.#ports.logger.warn("[Sync] A frame was ignored because it is no message of this protocol.");
      return;
    }
    this.#lastMessageAt = this.#ports.clock.now();
    if (message.type === "WELCOME") {
      const before = linkOf(this.#state);
      this.#dispatch({ type: "welcome", pingIntervalMs: message.payload.pingIntervalMs });
      if (!before && linkOf(this.#state)) this.#ports.onWelcome(message);
      return;
    }
    this.#dispatch({ type: "message" });
    if (message.type !== "PONG") this.#ports.onMessage(message);
  }

  #startProbe(): void {
    this.#cancelProbe();
    const probe = new AbortController();
    this.#probe = probe;
    void this.#ports.probe(this.#ports.url, this.#ports.getToken(), probe.signal).then((result) => {
      if (this.#probe !== probe) return;
      this.#probe = undefined;
      this.#dispatch({ type: "probed", result, tokenChanged: this.#offersOtherToken() });
    });
  }

  #cancelProbe(): void {
    this.#probe?.abort();
    this.#probe = undefined;
  }
}

function sameOwner(a: string, b: string): boolean {
  const [one, other] = [readTokenClaims(a), readTokenClaims(b)];
  return one.personId === other.personId && one.organizationId === other.organizationId;
}

/** When the connection tries again by itself, if it waits for that: milliseconds since 1970. */
export function retryAtOf(state: ConnectionState): number | undefined {
  if (state.kind === "waiting") return state.retryAt;
  return state.kind === "disabled" && !state.asking ? state.retryAt : undefined;
}

/** Looks at the frame only as far as needed to route it: the server validates what it sends, and bundles stay small. */
function parseMessage(text: string): DownMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") return;
    return value as DownMessage;
  } catch {
    return undefined;
  }
}
