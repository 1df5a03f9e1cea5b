import type { DownMessage, UpMessage, WelcomeMessage } from "@heliograph/protocol";
import type { Target, Wire } from "../plan/plan.ts";
import type { LoadSocket, Ports } from "./ports.ts";

export interface DialogueOptions {
  readonly ports: Ports;
  readonly wire: Pick<Wire, "subprotocol" | "tokenPrefix">;
  readonly target: Target;
  readonly token: string;
  /** Every message that is not the answer to an `ask`. */
  readonly onMessage: (message: DownMessage) => void;
  /** Only after a dialogue was opened. */
  readonly onClose: (code: number) => void;
}

/** A server that has not answered by then does not answer, milliseconds. */
const answerWithinMs = 30_000;

/** One socket, from WELCOME to its end, and the questions that are open on it. */
export class Dialogue {
  readonly welcome: WelcomeMessage["payload"];
  readonly #ports: Ports;
  readonly #socket: LoadSocket;
  readonly #open = new Map<string, { answer: (message: DownMessage | null) => void; cancel: () => void }>();
  #ids = 0;

  private constructor(ports: Ports, socket: LoadSocket, welcome: WelcomeMessage["payload"]) {
    this.#ports = ports;
    this.#socket = socket;
    this.welcome = welcome;
  }

  /** Connects and waits for WELCOME; null when that fails. Never rejects. */
  static open(options: DialogueOptions): Promise<Dialogue | null> {
    const { ports, wire, target, token, onMessage, onClose } = options;
    return new Promise((resolve) => {
      let dialogue: Dialogue | null = null;
      let closed = false;
      const cancel = ports.after(answerWithinMs, () => {
        if (!dialogue) socket.close(1000);
      });
      const socket = ports.openSocket(
        { url: target.ws, protocols: [wire.subprotocol, `${wire.tokenPrefix}${token}`] },
        {
          onOpen: () => undefined,
          onText: (text) => {
            const message = JSON.parse(text) as DownMessage;
            if (dialogue) dialogue.#take(message, onMessage);
            else if (message.type === "WELCOME") {
              cancel();
              dialogue = new Dialogue(ports, socket, message.payload);
              ports.record("rt_opened", 1);
              resolve(dialogue);
            }
          },
          onClose: (code) => {
            if (closed) return;
            closed = true;
            cancel();
            if (!dialogue) return resolve(null);
            ports.record("rt_closed", 1);
            dialogue.#end();
            onClose(code);
          },
        },
      );
    });
  }

  send(message: UpMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /**
   * Resolves to the answer, or to null when the socket ends or the server is silent. `act` sees the answer before any later
   * message: frames that come in one piece are read in one go, and who waits for the promise would be told after them.
   */
  ask(message: UpMessage, act?: (answer: DownMessage) => void): Promise<DownMessage | null> {
    const id = String(++this.#ids);
    return new Promise((resolve) => {
      const answer = (found: DownMessage | null): void => {
        this.#open.get(id)?.cancel();
        this.#open.delete(id);
        if (found) act?.(found);
        resolve(found);
      };
      this.#open.set(id, { answer, cancel: this.#ports.after(answerWithinMs, () => answer(null)) });
      this.send({ ...message, id });
    });
  }

  /** Leaves for good: the server forgets what this connection held. */
  leave(): void {
    this.#socket.close(1000);
  }

  /** Most bytes that the server takes in one frame. */
  get maxMessageBytes(): number {
    return this.welcome.limits.maxMessageBytes;
  }

  /** Sends what may be no message at all. */
  sendRaw(text: string): void {
    this.#socket.send(text);
  }

  /** Stops reading, where the engine can. */
  stall(): void {
    this.#socket.pause?.();
  }

  /** Reads again. */
  wake(): void {
    this.#socket.resume?.();
  }

  #take(message: DownMessage, onMessage: (message: DownMessage) => void): void {
    const question = "id" in message && message.id !== undefined ? this.#open.get(message.id) : undefined;
    if (question) question.answer(message);
    else onMessage(message);
  }

  #end(): void {
    for (const { answer } of [...this.#open.values()]) answer(null);
  }
}
