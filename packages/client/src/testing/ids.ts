/** The n-th UUID of a test: readable in a failure. */
export function testId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** A token that names an organization and its n-th person, as a server would sign it (but unsigned). */
export function testToken(organizationId: string, person = 1): string {
  const payload = btoa(JSON.stringify({ sub: testId(person), org: organizationId }));
  // The URL alphabet without padding: a browser refuses "=" in the name of a subprotocol.
  return `e30.${payload.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.`;
}
