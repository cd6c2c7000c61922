/** Takes the place of `shown.ts` in bundles for a browser, whose consoles do not ask objects what to print. */
export function showAs<T extends object>(
  _type: { readonly prototype: T },
  _name: string,
  _factsOf: (value: T) => Readonly<Record<string, unknown>>,
): void {}
