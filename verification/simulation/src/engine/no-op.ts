/** A no-op logger or metrics object: accepts every call on any property. `onCall` gets the dotted path and the arguments. */
export function noOp<Shape>(onCall: (path: string, values: readonly unknown[]) => void = () => undefined): Shape {
  const known = new Map<string, unknown>();
  const make = (path: string): unknown => {
    const calls = (...values: unknown[]): void => onCall(path, values);
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
