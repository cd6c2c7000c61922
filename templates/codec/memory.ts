import type {
  Declaration,
  FieldDescriptor,
  OneofDescriptor,
  Reference,
  SchemaDescriptor,
  Type,
} from "@rpcgen/runtime/descriptor";
import { type FlatCode, nothing, words } from "../code.ts";
import { isInt64 } from "../default-value.ts";
import { numberLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";

type Member = FieldDescriptor | OneofDescriptor;

/** Bytes that readers count for each nested message by themselves: what one of up to five plain fields takes. */
const countedBytes = 64;

// What V8 takes on a machine of 64 bits (`process.memoryUsage()` over 100,000 of each).
const objectBytes = 24;
const slotBytes = 8;
const floatBytes = 16;
const bigintBytes = 24;
const stringBytes = 24;
const listBytes = 32;
const dateBytes = 96;
const collectionBytes = 184;

/**
 * `reader.hold(232);` for a message that takes more than twice what readers count for each. Two bytes on the wire may become one of hundreds of
 * bytes, and whoever decodes what strangers send must know.
 */
export function holdMemory(context: ModuleContext, members: readonly Member[]): FlatCode {
  const bytes = messageBytes(context.schema, members, new Set()) - countedBytes;
  return bytes > countedBytes ? words`reader.hold(${numberLiteral(bytes)});` : nothing;
}

/** An object with what it holds when nothing but its scalars has been set. @param around messages that this one is the default in */
function messageBytes(schema: SchemaDescriptor, members: readonly Member[], around: ReadonlySet<string>): number {
  return members.reduce((bytes, member) => bytes + slotBytes + memberBytes(schema, member, around), objectBytes);
}

function memberBytes(schema: SchemaDescriptor, member: Member, around: ReadonlySet<string>): number {
  if (member.kind === "oneof") return member.optional ? 0 : objectBytes + 2 * slotBytes;
  const { type } = member;
  if (type.kind === "scalar" && type.scalar !== "bytes") return scalarBytes(type);
  return member.optional ? 0 : defaultBytes(schema, type, around);
}

function scalarBytes(type: Extract<Type, { kind: "scalar" }>): number {
  if (type.scalar === "bool") return 0;
  if (type.scalar === "string" || type.js === "string") return stringBytes;
  return isInt64(type) && type.js === undefined ? bigintBytes : floatBytes;
}

function defaultBytes(schema: SchemaDescriptor, type: Type, around: ReadonlySet<string>): number {
  switch (type.kind) {
    case "list":
      return listBytes;
    case "map":
    case "scalar":
      return collectionBytes;
    case "builtin":
      return builtinBytes(type.name);
    case "union":
      return objectBytes + 2 * slotBytes;
    case "enum":
      return 0;
    default:
      return nestedBytes(schema, type, around);
  }
}

function builtinBytes(name: Extract<Type, { kind: "builtin" }>["name"]): number {
  if (name === "timestamp") return dateBytes;
  if (name === "any") return objectBytes + 2 * slotBytes + collectionBytes;
  return name === "uuid" ? stringBytes : floatBytes;
}

/** A message that is absent is made of its defaults. */
function nestedBytes(schema: SchemaDescriptor, reference: Reference, around: ReadonlySet<string>): number {
  const { fullName } = reference;
  const declaration = around.has(fullName) ? undefined : declarationOf(schema, reference);
  if (declaration === undefined || !("members" in declaration) || declaration.kind === "enum") return 0;
  return messageBytes(schema, declaration.members, new Set([...around, fullName]));
}

function declarationOf(schema: SchemaDescriptor, { file, name }: Reference): Declaration | undefined {
  const declarations = schema.files.find(({ path }) => path === file)?.declarations;
  return declarations?.find((declaration) => declaration.name === name);
}
