import { once } from "node:events";
import { type DownMessage, subprotocolsWithToken, type UpMessage } from "@heliograph/protocol";
import { WebSocket } from "ws";
import { microsecondsNow } from "./microseconds.ts";

/** A socket that holds some rows and takes the time of every signal. */
export interface Holder extends Disposable {
  readonly ids: readonly string[];
  /** Highest version signalled for each row. */
  readonly latest: ReadonlyMap<string, number>;
}

/**
 * Opens a socket and subscribes to rows. A version is the time of its change in microseconds, taken inside the writing
 * transaction; the difference to our clock is therefore an upper bound of commit to INVALIDATE. It goes to `onLatency`
 * in milliseconds.
 */
export async function openHolder(options: {
  gatewayUrl: string;
  token: string;
  entityCode: string;
  ids: readonly string[];
  onLatency: (milliseconds: number) => void;
}): Promise<Holder> {
  const { entityCode, ids, onLatency } = options;
  const url = `${options.gatewayUrl.replace(/^http/, "ws")}/ws/sync`;
  const socket = new WebSocket(url, subprotocolsWithToken(options.token), { perMessageDeflate: false });
  const latest = new Map<string, number>();
  const subscribed = new Promise<void>((resolve, reject) => {
    socket.once("close", (code, reason) =>
      reject(new Error(`A socket of the bench was closed: ${code} ${String(reason)}`)),
    );
    socket.on("message", (text) => {
      const now = microsecondsNow();
      const message = JSON.parse(String(text)) as DownMessage;
      if (message.type === "INVALIDATE") {
        for (const { entityId, version } of message.payload.changes) {
          if (version > (latest.get(entityId) ?? 0)) latest.set(entityId, version);
          onLatency((now - version) / 1000);
        }
      } else if (message.type === "SUBSCRIBED") {
        if (message.payload.gone.length > 0)
          reject(new Error(`Rows of the bench may not be read: ${message.payload.gone}`));
        resolve();
      } else if (message.type === "ERROR") reject(new Error(JSON.stringify(message)));
    });
  });
  subscribed.catch(() => undefined);
  await Promise.race([once(socket, "open"), subscribed]);
  const subscribe: UpMessage = { type: "SUBSCRIBE", payload: { entityCode, entityIds: [...ids] } };
  socket.send(JSON.stringify(subscribe));
  await subscribed;
  return { ids, latest, [Symbol.dispose]: () => socket.terminate() };
}
