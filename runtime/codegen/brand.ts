declare const mark: unique symbol;

/** `T` that was declared under the name `Name`; other values of type `T` do not pass for it. */
export type Brand<T, Name extends string> = T & { readonly [mark]: Name };
