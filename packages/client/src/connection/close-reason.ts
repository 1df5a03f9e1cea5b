/** Whether a close code says why, so that nobody has to be asked. */
export function isDecisive(code: number): boolean {
  return code === 1012 || (code >= 4000 && code <= 4999);
}

/** What a person is told of a close code after which no other attempt is made. */
export function closeReason(code: number): string {
  if (code === 4403) return "This page's origin is not allowed to connect. Remedy: add it to ALLOWED_ORIGINS.";
  if (code === 4413) return "The page holds more subscriptions than the server allows.";
  return `The server refused the connection (${code}).`;
}
