/** The subprotocol that client and server negotiate. */
export const subprotocol = "heliograph.v1";

const bearerPrefix = "bearer.";

/** The second argument of `new WebSocket`. A browser cannot set a header, and a token in the URL would be logged. */
export function subprotocolsWithToken(token: string): [string, string] {
  return [subprotocol, `${bearerPrefix}${token}`];
}

/** The token among the offered subprotocols, or undefined. */
export function tokenFromSubprotocols(offered: Iterable<string>): string | undefined {
  for (const name of offered) if (name.startsWith(bearerPrefix)) return name.slice(bearerPrefix.length);
  return undefined;
}

/** Path of the socket. A plain GET of it gives the reason why an upgrade would be refused. */
export const socketPath = "/ws/sync";
