import { setTimeout as wait } from "node:timers/promises";
import { closeCodes, subprotocolsWithToken } from "@heliograph/protocol";
import { SyncSocket } from "@heliograph/testkit/socket/sync-socket";
import { type Fault, type FaultContext, randomPause } from "./fault.ts";

const ANSWER_MS = 5_000;

/** Clients, gateways and leaders of another version next to ours. */
export const skewFaults: readonly Fault[] = [
  {
    name: "version-skew",
    async inject(context) {
      const { clients, random, cluster, observer } = context;
      for (const { tap } of clients)
        tap.extra = () => (random.chance(0.1) ? unknownFrame(random.pick(cluster.gateways).name) : undefined);
      const channel = `${cluster.settings["REDIS_PREFIX"]}:hint`;
      await Promise.all([
        cluster.redis.publish(channel, JSON.stringify({ type: "census", epoch: "x", seq: 1 }), 20),
        cluster.redis.publish(channel, JSON.stringify({ type: "hint", version: 2, epoch: "x", from: 1, to: 9 }), 20),
        oldClient(context).catch((error: unknown) =>
          observer.violation(`a client of another version: ${String(error)}`),
        ),
        otherProtocol(context).catch((error: unknown) => observer.violation(`another protocol: ${String(error)}`)),
        randomPause(random, 500, 2_000),
      ]);
      for (const { tap } of clients) tap.extra = undefined;
    },
  },
];

function unknownFrame(word: string): string {
  return JSON.stringify({ type: "WEATHER", payload: { sky: word, entityIds: ["x"] } });
}

/** Opens a socket directly to a gateway, with the token of a random user. */
function openSocket(
  { cluster, random, clients }: FaultContext,
  subprotocols: (token: string) => readonly string[] = subprotocolsWithToken,
): SyncSocket {
  const port = cluster.chooseGateway(random);
  if (port === null) throw new Error("no gateway is available");
  const token = random.pick(clients).freshToken();
  return new SyncSocket({ url: `ws://127.0.0.1:${port}`, subprotocols: subprotocols(token) });
}

/** Rejects when the promise does not settle in time. */
function withinAnswerTime<T>(promise: Promise<T>, what: string): Promise<T> {
  const timeout = wait(ANSWER_MS, undefined, { ref: false }).then(() => {
    throw new Error(`no ${what} within ${ANSWER_MS} ms`);
  });
  return Promise.race([promise, timeout]);
}

/** Sends unknown messages: the server must answer with ERROR and keep serving the socket. */
async function oldClient(context: FaultContext): Promise<void> {
  using socket = openSocket(context);
  const received: string[] = [];
  const pong = new Promise<void>((resolve) => {
    socket.onMessage(({ type }) => {
      received.push(type);
      if (type === "PONG") resolve();
    });
  });
  const closed = socket.closed.then(({ code }) => {
    throw new Error(`the socket was closed with ${code} after ${received}`);
  });
  // A close after PONG is irrelevant here; without this it would be an unhandled rejection.
  closed.catch(() => undefined);
  await withinAnswerTime(socket.opened, "handshake");
  socket.sendRaw(JSON.stringify({ type: "FORECAST", id: "1", payload: { days: 3 } }));
  socket.sendRaw(
    JSON.stringify({ type: "SUBSCRIBE", id: "2", payload: { entityCode: "task", entityIds: [], mood: 1 } }),
  );
  socket.send({ type: "PING", id: "3" });
  await withinAnswerTime(Promise.race([pong, closed]), `PONG after ${received}`);
  if (!received.includes("ERROR")) throw new Error("an unknown message was ignored without an ERROR");
}

/** Offers only a later protocol version: the server must close with a code that browsers can read. */
async function otherProtocol(context: FaultContext): Promise<void> {
  using socket = openSocket(context, (token) => ["heliograph.v9", ...subprotocolsWithToken(token).slice(1)]);
  const { code } = await withinAnswerTime(socket.closed, "close");
  if (code !== closeCodes.badMessage.code) throw new Error(`closed with ${code}`);
}
