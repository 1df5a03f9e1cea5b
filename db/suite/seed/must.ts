/** The value, or an error that names what is missing. */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The demo data lack ${what}.`);
  return value;
}
