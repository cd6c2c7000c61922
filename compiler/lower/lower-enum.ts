import type { EnumDescriptor } from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import type { SymbolOf } from "../semantics/program.ts";
import { wireNameOf } from "../semantics/shapes.ts";
import { enumMemberWireName } from "../semantics/spelling.ts";
import { declarationBase, marksOf } from "./annotations.ts";
import { MAX_ENUM_NUMBER, reservedOf } from "./reserved.ts";

/** Lowers an enum. */
export function lowerEnum(symbol: SymbolOf<"enum">, analysis: Analysis): EnumDescriptor {
  const { members, open } = symbol.node;
  const reserved = members.filter((member) => member.kind === "reserved");
  return {
    kind: "enum",
    ...declarationBase(symbol, analysis),
    open,
    members: members
      .filter((member) => member.kind === "enum_member")
      .map((member) => ({
        name: member.name.text,
        wireName: wireNameOf(member, (name) => enumMemberWireName(symbol.name, name)),
        number: Number(member.number?.value ?? 0n),
        ...marksOf(member, analysis),
      })),
    reserved: reservedOf(reserved, MAX_ENUM_NUMBER),
  };
}
