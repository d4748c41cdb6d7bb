/**
 * Defines properties that are computed when they are first read.
 *
 * An Output costs several promises. A program with a hundred components reads few of their outputs, and a preview should not pay
 * for the others.
 */
export function lazyOutputs<T extends object, K extends keyof T>(
  target: T,
  outputs: { [key in K]: () => T[key] },
): void {
  for (const [key, compute] of Object.entries(outputs) as [K, () => T[K]][]) {
    Object.defineProperty(target, key, {
      configurable: true,
      enumerable: true,
      get(): T[K] {
        const value = compute();
        Object.defineProperty(target, key, { configurable: true, enumerable: true, value });
        return value;
      },
    });
  }
}
