import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { closeCodes, type DownMessage, socketPath, subprotocolsWithToken } from "@heliograph/protocol";
import { WebSocket } from "ws";
import { type Fault, type FaultContext, last } from "./fault.ts";

const ANSWER_MS = 5_000;

/** Clients, pods and leaders of another version beside ours. */
export const skewFaults: readonly Fault[] = [
  {
    name: "version-skew",
    async strike(context) {
      const { clients, random, site, notes } = context;
      for (const { tap } of clients)
        tap.extra = () => (random.chance(0.1) ? frameOfTomorrow(random.pick(site.gateways).name) : undefined);
      const channel = `${site.settings["REDIS_PREFIX"]}:hint`;
      await Promise.all([
        site.redis.publish(channel, JSON.stringify({ type: "census", epoch: "x", seq: 1 }), 20),
        site.redis.publish(channel, JSON.stringify({ type: "hint", version: 2, epoch: "x", from: 1, to: 9 }), 20),
        oldClient(context).catch((error: unknown) => notes.violation(`a client of another version: ${String(error)}`)),
        otherProtocol(context).catch((error: unknown) => notes.violation(`another protocol: ${String(error)}`)),
        last(random, 500, 2_000),
      ]);
      for (const { tap } of clients) tap.extra = undefined;
    },
  },
];

function frameOfTomorrow(word: string): string {
  return JSON.stringify({ type: "WEATHER", payload: { sky: word, entityIds: ["x"] } });
}

/** A socket straight to a gateway, as a user. */
function openSocket({ site, random, clients }: FaultContext, protocols: (token: string) => string[]): WebSocket {
  const port = site.chooseGateway(random);
  if (port === null) throw new Error("no gateway is there");
  const token = random.pick(clients).freshToken();
  const socket = new WebSocket(`ws://127.0.0.1:${port}${socketPath}`, protocols(token), { perMessageDeflate: false });
  socket.on("error", () => undefined);
  return socket;
}

/** Says what this server does not know, is told so, and is served all the same. */
async function oldClient(context: FaultContext): Promise<void> {
  const socket = openSocket(context, (token) => subprotocolsWithToken(token));
  const heard: string[] = [];
  socket.on("message", (text) => heard.push((JSON.parse(String(text)) as DownMessage).type));
  try {
    await once(socket, "open", { signal: AbortSignal.timeout(ANSWER_MS) });
    socket.send(JSON.stringify({ type: "FORECAST", id: "1", payload: { days: 3 } }));
    socket.send(
      JSON.stringify({ type: "SUBSCRIBE", id: "2", payload: { entityCode: "task", entityIds: [], mood: 1 } }),
    );
    socket.send(JSON.stringify({ type: "PING", id: "3" }));
    for (const end = Date.now() + ANSWER_MS; !heard.includes("PONG"); await wait(20)) {
      if (socket.readyState === WebSocket.CLOSED) throw new Error(`the socket was closed after ${heard}`);
      if (Date.now() > end) throw new Error(`no PONG after ${heard}`);
    }
    if (!heard.includes("ERROR")) throw new Error("an unknown message was passed over in silence");
  } finally {
    socket.terminate();
  }
}

/** Offers a protocol of a later age only, and is told with a code that a browser can see. */
async function otherProtocol(context: FaultContext): Promise<void> {
  const socket = openSocket(context, (token) => ["heliograph.v9", ...subprotocolsWithToken(token).slice(1)]);
  try {
    const [code] = (await once(socket, "close", { signal: AbortSignal.timeout(ANSWER_MS) })) as [number];
    if (code !== closeCodes.badMessage.code) throw new Error(`closed with ${code}`);
  } finally {
    socket.terminate();
  }
}
