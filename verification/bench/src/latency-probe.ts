import { SyncSocket } from "@heliograph/testkit/socket/sync-socket";
import { microsecondsNow } from "./microseconds.ts";

/** A socket that is subscribed to rows and measures the latency of every INVALIDATE. */
export interface LatencyProbe extends Disposable {
  readonly ids: readonly string[];
  /** Highest version notified for each row. */
  readonly latest: ReadonlyMap<string, number>;
}

/**
 * Opens a socket and subscribes to rows. A version is the time of the change in microseconds, taken inside the writing
 * transaction, so its difference to our clock is an upper bound for commit to INVALIDATE. `onLatency` gets it in
 * milliseconds.
 */
export async function openLatencyProbe(options: {
  gatewayUrl: string;
  token: string;
  entityCode: string;
  ids: readonly string[];
  onLatency: (milliseconds: number) => void;
}): Promise<LatencyProbe> {
  const { gatewayUrl, token, entityCode, ids, onLatency } = options;
  const socket = new SyncSocket({ url: gatewayUrl, token });
  const latest = new Map<string, number>();
  const subscribed = new Promise<void>((resolve, reject) => {
    void socket.closed.then(({ code, reason }) =>
      reject(new Error(`a benchmark socket was closed: ${code} ${reason}`)),
    );
    socket.onMessage((message) => {
      const now = microsecondsNow();
      if (message.type === "INVALIDATE") {
        for (const { entityId, version } of message.payload.changes) {
          if (version > (latest.get(entityId) ?? 0)) latest.set(entityId, version);
          onLatency((now - version) / 1000);
        }
      } else if (message.type === "SUBSCRIBED") {
        if (message.payload.gone.length > 0)
          reject(new Error(`benchmark rows are not readable: ${message.payload.gone}`));
        resolve();
      } else if (message.type === "ERROR") reject(new Error(JSON.stringify(message)));
    });
  });
  subscribed.catch(() => undefined);
  await socket.opened;
  socket.send({ type: "SUBSCRIBE", payload: { entityCode, entityIds: [...ids] } });
  await subscribed;
  return { ids, latest, [Symbol.dispose]: () => socket.terminate() };
}
