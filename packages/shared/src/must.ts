/**
 * The value, when it is there; for what the program's own rules guarantee and the compiler cannot see.
 * @throws Error that names what is missing
 */
export function must<Value>(value: Value | null | undefined, what: string): Value {
  if (value === undefined || value === null) throw new Error(`expected ${what}`);
  return value;
}

/** Ends a switch over a union: a variant that has no case does not compile. */
export function unreachable(value: never): never {
  throw new Error(`unexpected variant: ${JSON.stringify(value)}`);
}
