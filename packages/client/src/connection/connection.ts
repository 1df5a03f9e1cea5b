import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { closeCodes } from "@heliograph/protocol/close-code";
import type { Clock } from "@heliograph/shared/clock";
import { Emitter } from "@heliograph/shared/emitter";
import { Timer } from "@heliograph/shared/timer";
import type { Environment } from "../platform/environment.ts";
import type { Logger } from "../platform/logger.ts";
import { readTokenClaims } from "../platform/token-claims.ts";
import type { TokenSource } from "../platform/token-source.ts";
import { FreshToken } from "./fresh-token.ts";
import { parseMessage } from "./parse-message.ts";
import type { Probe } from "./probe.ts";
import { Renewal } from "./renewal.ts";
import { type ResumeOffer, SessionKeeper } from "./session-keeper.ts";
import { endSessionCode, movedCode, type Socket, type SocketFactory } from "./socket.ts";
import { type ConnectionEvent, type ConnectionState, deadlineOf, type Effect, linkOf } from "./state.ts";
import { transition } from "./transition.ts";

export type Limits = Extract<DownMessage, { type: "WELCOME" }>["payload"]["limits"];

/** A message that was sent or received over the socket. `at` is milliseconds since 1970. */
export type Frame = { readonly at: number } & (
  | { readonly direction: "up"; readonly message: UpMessage }
  | { readonly direction: "down"; readonly message: DownMessage }
);

export interface ConnectionPorts {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly renewToken: (() => Promise<string | null>) | undefined;
  readonly sessionGraceMs: number;
  readonly openSocket: SocketFactory;
  readonly probe: Probe;
  readonly environment: Environment;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** A message arrived that is not about the connection itself. The state has been updated before. */
  readonly onMessage: (message: DownMessage) => void;
  /** The connection has a new session, in which nothing is subscribed. */
  readonly onNewSession: (limits: Limits) => void;
  /** The session of the last connection was resumed with `count` subscriptions. Missed changes follow as messages. */
  readonly onResumed: (limits: Limits, count: number) => void;
  /** The server cannot replay what changed: everything has to be subscribed again on the same connection. */
  readonly onReset: () => void;
  /** Every signal up to now has arrived. `endsDelay`: the server was behind until now. */
  readonly onBookmark: (endsDelay: boolean) => void;
  /** A new socket is welcomed after the last one died silently. It took `welcomeMs` milliseconds from dial to WELCOME. */
  readonly onReconnectedAfterSilence: (welcomeMs: number) => void;
  /** The connection is lost. The server may not have received what was sent last. */
  readonly onLost: () => void;
  readonly onAuthRequired: () => void;
  readonly onChange: (state: ConnectionState) => void;
}

const resumeId = "resume";

/** Drives the state machine of `transition.ts`. It owns the one socket, the one timer, the one probe and the session. */
export class Connection {
  /** Every message, for developer tools. */
  readonly frames = new Emitter<Frame>();
  readonly #ports: ConnectionPorts;
  readonly #timer: Timer;
  readonly #session: SessionKeeper;
  readonly #renewal: Renewal;
  readonly #freshToken: FreshToken;
  #state: ConnectionState;
  #socket: Socket | undefined;
  #offer: ResumeOffer | undefined;
  #limits: Limits | undefined;
  #probe: AbortController | undefined;
  #leaveEnvironment: (() => void) | undefined;
  #lastMessageAt: number | undefined;
  /** The last socket was a link to another tab. */
  #relayed = false;
  #dials = 0;
  #dialedAt = 0;
  /** The last socket was lost while a PING was unanswered. */
  #lostSilently = false;

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
    this.#session = new SessionKeeper(ports.clock, ports.sessionGraceMs);
    this.#freshToken = new FreshToken(ports);
    this.#renewal = new Renewal({ ...ports, send: (message) => this.send(message) });
    this.#state = { kind: "disconnected", since: ports.clock.wallNow() };
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
      if (event === "visible") this.tokenChanged(); // the user may have signed in in another tab
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

  /** Call this when `getToken` may return another token. Without another token it does nothing. */
  tokenChanged(): void {
    this.#ports.tokens.take((token) => {
      if (token === undefined) return;
      const before = this.#renewal.token;
      if ((token || null) === before) return;
      if (!token) {
        this.#renewal.begin(null);
        this.#dispatch({ type: "token-removed" });
      }
      // The open socket and its session belong to the user who opened it.
      else if (before !== null && userOf(token) !== userOf(before)) this.#dispatch({ type: "user-changed" });
      else if (linkOf(this.#state)) this.#renewal.offer(token);
      else this.#dispatch({ type: "token-changed" });
    });
  }

  /** A request to the API timed out. `sentAt` is when it was sent, milliseconds since 1970. */
  requestTimedOut(sentAt: number): void {
    this.#dispatch({ type: "request-timed-out", sentAt });
  }

  caughtUp(): void {
    this.#dispatch({ type: "caught-up" });
  }

  /** @returns false when there is no connection on which subscriptions can be changed; the message is not sent */
  send(message: UpMessage): boolean {
    if (!this.#socket || !linkOf(this.#state)) return false;
    this.#write(message);
    return true;
  }

  #write(message: UpMessage): void {
    this.#socket?.send(JSON.stringify(message));
    if (this.frames.size > 0) this.frames.emit({ at: this.#ports.clock.wallNow(), direction: "up", message });
  }

  #dispatch(event: ConnectionEvent): void {
    const before = this.#state;
    const input = { now: this.#ports.clock.wallNow(), random: this.#ports.random() };
    const { state, effects } = transition(before, event, input);
    if (state === before && effects.length === 0) {
      // A timer that fires early (clocks differ by a millisecond) must be set again.
      if (event.type === "timer") this.#arm();
      return;
    }
    this.#state = state;
    if (state.kind !== "probing" && state.kind !== "disabled") this.#cancelProbe();
    this.#arm();
    if (linkOf(before) && !linkOf(state)) {
      this.#lostSilently = linkOf(before)?.deadAt !== undefined;
      this.#ports.onLost();
    }
    for (const effect of effects) this.#perform(effect);
    if (state.kind !== before.kind || retryAtOf(state) !== retryAtOf(before)) this.#ports.onChange(this.#state);
  }

  #arm(): void {
    const deadline = deadlineOf(this.#state);
    if (deadline === undefined) this.#timer.clear();
    else this.#timer.set(deadline - this.#ports.clock.wallNow(), () => this.#dispatch({ type: "timer" }));
  }

  #perform(effect: Effect): void {
    switch (effect) {
      case "dial":
        this.#dial();
        break;
      case "resume":
        this.#resume();
        break;
      case "hang-up":
        this.#hangUp(movedCode);
        break;
      case "end-session":
        this.#hangUp(endSessionCode);
        this.#session.forget();
        break;
      case "forget":
        this.#session.forget();
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
    this.#hangUp(movedCode);
    const dial = ++this.#dials;
    this.#dialedAt = this.#ports.clock.now();
    const open = (token: string | null | undefined) => {
      // A token may arrive late, when another dial has started.
      if (dial !== this.#dials || this.#state.kind !== "dialing") return;
      this.#renewal.begin(token ?? null);
      if (token) return this.#open(token);
      // Without a signed-in user the outcome is the same as a refusal by the server.
      const code = token === undefined ? 1006 : closeCodes.unauthenticated.code;
      this.#dispatch({ type: "closed", code, tokenChanged: false });
    };
    this.#ports.tokens.take((token) => (token ? this.#freshToken.take(token, open) : open(token)));
  }

  #open(token: string): void {
    const user = userOf(token);
    let socket: Socket | undefined;
    // Events of a socket that was replaced are ignored.
    const mine = () => socket !== undefined && this.#socket === socket;
    try {
      socket = this.#ports.openSocket(this.#ports.url, token, {
        opened: () => {
          if (!mine()) return;
          const relayed = socket?.relayed ?? false;
          // A session over a link to the leader tab cannot be resumed on a socket to the server, or the other way round.
          if (relayed || this.#relayed) this.#session.forget();
          this.#relayed = relayed;
          this.#offer = this.#session.offer(user);
          this.#dispatch({ type: "opened", resume: this.#offer !== undefined });
        },
        received: (text) => mine() && this.#receive(text, user),
        closed: (code) => mine() && this.#closed(code),
      });
      this.#socket = socket;
    } catch (error) {
      this.#ports.logger.warn(`[Sync] failed to create the socket; retrying: ${String(error)}`);
      this.#dispatch({ type: "closed", code: 1006, tokenChanged: false });
    }
  }

  /** RESUME must be the first message of the socket: earlier subscriptions would belong to another session. */
  #resume(): void {
    if (!this.#offer) return;
    this.#session.resuming();
    this.#write({ type: "RESUME", id: resumeId, payload: this.#offer });
  }

  #closed(code: number): void {
    this.#socketEnded();
    if (code !== closeCodes.unauthenticated.code) {
      this.#dispatch({ type: "closed", code, tokenChanged: false });
      return;
    }
    const dial = this.#dials;
    this.#ports.tokens.take((token) => {
      if (dial !== this.#dials) return;
      const tokenChanged = this.#isOther(token) || this.#freshToken.refused(token);
      this.#dispatch({ type: "closed", code, tokenChanged });
    });
  }

  #isOther(token: string | null | undefined): boolean {
    return typeof token === "string" && token !== this.#renewal.token;
  }

  #hangUp(code: number): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socketEnded();
    socket.close(code);
  }

  #socketEnded(): void {
    this.#socket = undefined;
    this.#offer = undefined;
    this.#session.lost();
    this.#renewal.end();
  }

  #receive(text: string, user: string): void {
    const message = parseMessage(text);
    if (!message) {
      this.#ports.logger.warn("[Sync] ignoring a frame that is not a message of this protocol");
      return;
    }
    this.#lastMessageAt = this.#ports.clock.wallNow();
    if (this.frames.size > 0) this.frames.emit({ at: this.#lastMessageAt, direction: "down", message });
    this.#session.messageReceived();
    this.#dispatch({ type: "message" });
    switch (message.type) {
      case "WELCOME":
        this.#welcomed(message, user);
        break;
      case "RESUMED":
        if (this.#state.kind !== "resuming" || !this.#limits) break;
        this.#session.resumed();
        this.#dispatch({ type: "resumed" });
        this.#ports.onResumed(this.#limits, message.payload.count);
        break;
      case "RESET":
        this.#reset(message.payload.reason);
        break;
      case "BOOKMARK": {
        const endsDelay = this.#state.kind === "delayed";
        this.#session.bookmark(message.payload.cursor);
        this.#dispatch({ type: "bookmark" });
        if (linkOf(this.#state)) this.#ports.onBookmark(endsDelay);
        break;
      }
      case "DELAYED": {
        const upTo = Date.parse(message.payload.since);
        this.#dispatch({ type: "delayed", upTo: Number.isNaN(upTo) ? this.#ports.clock.wallNow() : upTo });
        break;
      }
      case "GOAWAY":
        this.#dispatch({ type: "goaway", afterMs: message.payload.afterMs });
        break;
      case "REAUTH":
        this.#renewal.asked(message.id, message.payload.expiresAt);
        break;
      case "PONG":
        break;
      case "ERROR":
        this.#failed(message);
        break;
      default:
        if (message.type === "SUBSCRIBED") this.#session.subscribed();
        this.#ports.onMessage(message);
    }
  }

  #welcomed(message: Extract<DownMessage, { type: "WELCOME" }>, user: string): void {
    if (this.#state.kind !== "dialing") return;
    this.#limits = message.payload.limits;
    this.#session.welcomed(message.payload, user);
    if (this.#lostSilently) this.#ports.onReconnectedAfterSilence(this.#ports.clock.now() - this.#dialedAt);
    this.#lostSilently = false;
    this.#dispatch({ type: "welcome", pingIntervalMs: message.payload.pingIntervalMs });
    if (linkOf(this.#state)) this.#ports.onNewSession(message.payload.limits);
  }

  #reset(reason: string): void {
    this.#ports.logger.info(`[Sync] server reset the session (${reason}); subscribing to everything again`);
    const resuming = this.#state.kind === "resuming";
    this.#session.reset();
    this.#dispatch({ type: "reset" });
    if (!linkOf(this.#state)) return;
    if (resuming && this.#limits) this.#ports.onNewSession(this.#limits);
    else this.#ports.onReset();
  }

  #failed(message: Extract<DownMessage, { type: "ERROR" }>): void {
    if (message.id === resumeId && this.#state.kind === "resuming") {
      if (message.payload.code === "unavailable") this.#dispatch({ type: "resume-failed" });
      else this.#reset(message.payload.code); // for example an older server without RESUME
    } else if (this.#renewal.refused(message.id)) {
      this.#ports.logger.warn(`[Sync] server refused the new token: ${message.payload.message}`);
    } else {
      this.#ports.onMessage(message);
    }
  }

  #startProbe(): void {
    this.#cancelProbe();
    const probe = new AbortController();
    this.#probe = probe;
    const { tokens, url } = this.#ports;
    void this.#ports.probe(url, tokens.peek(), probe.signal).then((result) => {
      if (this.#probe !== probe) return;
      tokens.take((token) => {
        if (this.#probe !== probe) return;
        this.#probe = undefined;
        const refused = result.kind === "unauthenticated";
        const tokenChanged = this.#isOther(token) || (refused && this.#freshToken.refused(token));
        this.#dispatch({ type: "probed", result, tokenChanged });
      });
    });
  }

  #cancelProbe(): void {
    this.#probe?.abort();
    this.#probe = undefined;
  }
}

/** When the next attempt to connect starts automatically, milliseconds since 1970; undefined if none is scheduled. */
export function retryAtOf(state: ConnectionState): number | undefined {
  if (state.kind === "waiting") return state.retryAt;
  return state.kind === "disabled" && !state.probing ? state.retryAt : undefined;
}

/** The user of a token. A token that cannot be read counts as a user of its own. */
function userOf(token: string): string {
  return readTokenClaims(token).user ?? token;
}
