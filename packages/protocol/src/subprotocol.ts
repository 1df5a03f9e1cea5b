/** The subprotocol that client and server negotiate. */
export const subprotocol = "heliograph.v1";

const bearerPrefix = "bearer.";

/** What a browser passes as the second argument of `new WebSocket`: a header is out of its reach, a URL would be logged. */
export function subprotocolsWithToken(token: string): [string, string] {
  return [subprotocol, `${bearerPrefix}${token}`];
}

/** The token among the offered subprotocols, or undefined. */
export function tokenFromSubprotocols(offered: Iterable<string>): string | undefined {
  for (const name of offered) if (name.startsWith(bearerPrefix)) return name.slice(bearerPrefix.length);
  return undefined;
}

/** Path of the socket, also answering plain GET with the reason why an upgrade would be refused. */
export const socketPath = "/ws/sync";
