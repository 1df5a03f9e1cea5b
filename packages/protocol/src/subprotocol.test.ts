import { expect, test } from "vitest";
import { subprotocol, subprotocolsWithToken, tokenFromSubprotocols } from "./subprotocol.ts";

test("[CON-1] a client offers the protocol and its token, and the server finds the token among the offers", () => {
  const offered = subprotocolsWithToken("a.b.c");
  expect(offered).toEqual([subprotocol, "bearer.a.b.c"]);
  expect(tokenFromSubprotocols(offered)).toBe("a.b.c");
  expect(tokenFromSubprotocols([subprotocol])).toBeUndefined();
});
