/** A stand-in for loggers and metrics: takes every call and does nothing. `tap` hears of calls by dotted path. */
export function silence<Shape>(tap: (path: string, values: readonly unknown[]) => void = () => undefined): Shape {
  const known = new Map<string, unknown>();
  const make = (path: string): unknown => {
    const calls = (...values: unknown[]): void => tap(path, values);
    return new Proxy(calls, {
      get(_target, name) {
        if (typeof name === "symbol") return undefined;
        const inner = `${path}.${name}`;
        let child = known.get(inner);
        if (child === undefined) {
          child = make(inner);
          known.set(inner, child);
        }
        return child;
      },
      set: () => true,
    });
  };
  return make("") as Shape;
}
