/** Whether a close code gives the reason, so that no probe is needed. */
export function isDecisive(code: number): boolean {
  return code === 1012 || (code >= 4000 && code <= 4999);
}

/** The reason that users see after a close code without another attempt. */
export function closeReason(code: number): string {
  if (code === 4403) return "This page's origin is not allowed to connect. Remedy: add it to ALLOWED_ORIGINS.";
  if (code === 4413) return "The page holds more subscriptions than the server allows.";
  return `The server refused the connection (${code}).`;
}
