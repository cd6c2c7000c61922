import * as tokens from "../tokens.ts";
import { skipType } from "./extent.ts";
import { headToken, is, isName, type Stuck } from "./stuck.ts";

/**
 * A choice between productions is made from up to three tokens, so the parser stops before a statement whose second or
 * third token is wrong. This finds the token that does not fit.
 */
export function refine(stuck: Stuck): Stuck {
  if (!stuck.wanted.startsWith("choice:")) return stuck;
  if (stuck.rule === "field") return refineType(stuck);
  if (stuck.at !== stuck.head || !isName(headToken(stuck, 0))) return stuck;
  if (stuck.rule === "member") return refineField(stuck);
  if (stuck.rule === "enum") return refineEnumMember(stuck);
  if (stuck.rule === "service") return { ...stuck, at: stuck.head + 1, wanted: tokens.OpenParen.name, rule: "method" };
  return stuck;
}

/** `id: uint64;`: the type is there, what follows is wrong. */
function refineType(stuck: Stuck): Stuck {
  const behind = skipType(stuck.tokens, stuck.at);
  if (behind === stuck.at) return stuck;
  return { ...stuck, at: behind, wanted: tokens.Equals.name };
}

function refineField(stuck: Stuck): Stuck {
  const at = stuck.head + (is(headToken(stuck, 1), tokens.Question) ? 2 : 1);
  return is(stuck.tokens[at], tokens.Colon) ? stuck : { ...stuck, at, wanted: tokens.Colon.name, rule: "field" };
}

function refineEnumMember(stuck: Stuck): Stuck {
  const at = stuck.head + 1;
  const equals = is(stuck.tokens[at], tokens.Equals);
  if (equals) return { ...stuck, at: at + 1, wanted: tokens.Int.name, rule: "enumMember" };
  return { ...stuck, at, wanted: tokens.Equals.name, rule: "enumMember" };
}
