/** Words that names in generated code must not be, and why. Only `naming.ts` asks. */

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ""));
}

/** ECMAScript and TypeScript words that cannot name a declaration, strict mode and modules included. */
export const reservedWords: ReadonlySet<string> = words(`
  abstract any arguments as asserts async await bigint boolean break case catch class const constructor continue debugger
  declare default delete do else enum eval export extends false finally for from function get global if implements import
  in infer instanceof interface intrinsic is keyof let module namespace never new null number object of out override
  package private protected public readonly require return satisfies set static string super switch symbol this throw
  true try type typeof undefined unique unknown using var void while with yield
`);

/** Globals that generated code relies on; a declaration of the same name would hide them. */
export const usedGlobals: ReadonlySet<string> = words(`
  AbortSignal Array AsyncIterable BigInt Boolean Date Error Infinity Iterable JSON Map Math NaN Number Object Omit
  Partial Promise Proxy Readonly ReadonlyArray ReadonlyMap Record ReferenceError Reflect RegExp Set String Symbol TypeError Uint8Array globalThis
`);

/** Members of `Object.prototype` and of thenables: as a field or method they would be found where none was set. */
export const objectMembers: ReadonlySet<string> = words(`
  __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ catch constructor finally hasOwnProperty
  isPrototypeOf propertyIsEnumerable prototype then toJSON toLocaleString toString valueOf
`);

/** Members that the runtime gives every client. */
export const clientMembers: ReadonlySet<string> = words("close call on");

/** Members that the runtime gives the value of every enum. */
export const enumMembers: ReadonlySet<string> = words("fromName fromNumber is members toName toNumber typeName");

/** Of the {@link reservedWords}, those that are words in some places only and may well name a variable. */
export const variableWords: ReadonlySet<string> = words(`
  constructor from get global is module namespace object of out override readonly set string symbol type unique
`);
