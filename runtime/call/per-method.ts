import type { MethodType } from "./method-type.ts";

/** What is worked out of a method once, not for each of its calls. The method that was asked for last is not even looked up. */
export class PerMethod<T> {
  private readonly make: (method: MethodType) => T;
  private known: WeakMap<MethodType, { readonly value: T }>;
  private last: MethodType | undefined;
  private lastValue: T | undefined;

  constructor(make: (method: MethodType) => T) {
    this.make = make;
    this.known = new WeakMap();
    this.last = undefined;
    this.lastValue = undefined;
  }

  of(method: MethodType): T {
    return method === this.last ? (this.lastValue as T) : this.find(method);
  }

  /** Everything is worked out anew when it is asked for. */
  clear(): void {
    this.known = new WeakMap();
    this.last = undefined;
    this.lastValue = undefined;
  }

  private find(method: MethodType): T {
    let found = this.known.get(method);
    if (found === undefined) this.known.set(method, (found = { value: this.make(method) }));
    this.last = method;
    this.lastValue = found.value;
    return found.value;
  }
}
