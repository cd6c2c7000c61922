import type { Ident } from "./code.ts";
import { ident } from "./naming.ts";
import { reservedWords, usedGlobals, variableWords } from "./reserved.ts";

/** The local names of functions that read and write messages. */
const codecLocals: ReadonlySet<string> = new Set([
  ...[
    "entry",
    "field",
    "inner",
    "item",
    "json",
    "key",
    "mark",
    "number",
    "numbers",
    "outer",
    "previous",
    "reader",
    "tag",
  ],
  ...["value", "writer"],
]);

/**
 * Gives the variables that hold the members of messages while they are read or written, in the order of the members. None
 * hides a name that the function around it may use: a declaration of this file or of one it imports, a symbol of the runtime,
 * or an alias of either.
 */
export function createVariables(
  hidden: Iterable<ReadonlySet<string>>,
): (members: readonly { readonly name: string }[]) => readonly Ident[] {
  const scopes = [codecLocals, usedGlobals, ...hidden];
  const known = new Map<string, Ident | false>();
  const freeName = (name: string): Ident | false => {
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = isFreeIn(scopes, name) && ident(name)));
    return found;
  };
  return (members) => {
    const variables: Ident[] = [];
    for (const { name } of members) {
      const variable = freeName(name);
      if (variable === false) return renamedVariables(members, (other) => freeName(other) !== false);
      variables.push(variable);
    }
    return variables;
  };
}

function isFreeIn(scopes: readonly ReadonlySet<string>[], name: string): boolean {
  return !isKeyword(name) && !looksLikeAlias(name) && !scopes.some((scope) => scope.has(name));
}

function renamedVariables(members: readonly { readonly name: string }[], isFree: (name: string) => boolean): Ident[] {
  const taken = new Set<string>();
  return members.map((member) => {
    let { name } = member;
    while (taken.has(name) || !isFree(name)) name = looksLikeAlias(name) ? `field_${name.toLowerCase()}` : `${name}_`;
    taken.add(name);
    return ident(name);
  });
}

function isKeyword(name: string): boolean {
  return reservedWords.has(name) && !variableWords.has(name);
}

/** What {@link importAlias} and {@link runtimeAlias} may make. */
function looksLikeAlias(name: string): boolean {
  return /^[a-z]\w*_[A-Z]/.test(name) || /^[Rr]pc[A-Z]/.test(name);
}
