import type { MethodType } from "./method-type.ts";

/** What is worked out of a method once, not for each of its calls. The method that was asked for last is not even looked up. */
export class PerMethod<T> {
  private readonly make: (method: MethodType) => T;
  /** Made with the second method. */
  private known: WeakMap<MethodType, { readonly value: T }> | undefined;
  private last: MethodType | undefined;
  private lastValue: T | undefined;

  constructor(make: (method: MethodType) => T) {
    this.make = make;
    this.known = undefined;
    this.last = undefined;
    this.lastValue = undefined;
  }

  of(method: MethodType): T {
    return method === this.last ? (this.lastValue as T) : this.find(method);
  }

  /** Everything is worked out anew when it is asked for. */
  clear(): void {
    this.known = undefined;
    this.last = undefined;
    this.lastValue = undefined;
  }

  private keptFor(method: MethodType): T {
    if (this.last === undefined) return this.make(method);
    this.known ??= new WeakMap([[this.last, { value: this.lastValue as T }]]);
    let found = this.known.get(method);
    if (found === undefined) this.known.set(method, (found = { value: this.make(method) }));
    return found.value;
  }

  private find(method: MethodType): T {
    const value = this.keptFor(method);
    this.last = method;
    this.lastValue = value;
    return value;
  }
}
