/** The n-th UUID of a test, easy to read in a failure message. */
export function testId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** A token with the claims that a server would sign, for the n-th user of an organization. It is not signed. */
export function testToken(organizationId: string, person = 1): string {
  const payload = btoa(JSON.stringify({ sub: testId(person), org: organizationId }));
  // The URL alphabet without padding, because browsers reject "=" in the name of a subprotocol.
  return `e30.${payload.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.`;
}
