/** The error of a failed listen. For a port in use it says what to do, which Node's own message does not. */
export function listenError(error: unknown, port: number): unknown {
  if ((error as { code?: string }).code !== "EADDRINUSE") return error;
  return new Error(`port ${port}: address already in use; stop the other process, or choose another port with PORT`, {
    cause: error,
  });
}
