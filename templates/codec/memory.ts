import type {
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  Type,
} from "@rpcgen/runtime/descriptor";
import { type FlatCode, nothing, words } from "../code.ts";
import { isInt64 } from "../default-value.ts";
import { numberLiteral } from "../literal.ts";
import { messageOf, type ModuleContext } from "../module-context.ts";

type Message = MessageDescriptor | ErrorDescriptor;

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

/** More than any reader allows: messages that hold two of the next, and so on, would soon take more than numbers can say. */
const mostBytes = 2 ** 31 - 1;

/**
 * `reader.hold(232);` for a message that takes more than twice what readers count for each. Two bytes on the wire may become one of hundreds of
 * bytes, and whoever decodes what strangers send must know.
 */
export function holdMemory(context: ModuleContext, message: Message): FlatCode {
  const bytes = messageBytes(context, message) - countedBytes;
  return bytes > countedBytes ? words`reader.hold(${numberLiteral(bytes)});` : nothing;
}

const known = new WeakMap<Message, number>();

/** An object with what it holds when nothing but its scalars has been set. No message is its own default, however far down. */
function messageBytes(context: ModuleContext, message: Message): number {
  let bytes = known.get(message);
  if (bytes !== undefined) return bytes;
  bytes = objectBytes;
  for (const member of message.members) bytes += slotBytes + memberBytes(context, member);
  bytes = Math.min(bytes, mostBytes);
  known.set(message, bytes);
  return bytes;
}

function memberBytes(context: ModuleContext, member: FieldDescriptor | OneofDescriptor): number {
  if (member.kind === "oneof") return member.optional ? 0 : objectBytes + 2 * slotBytes;
  const { type } = member;
  if (type.kind === "scalar" && type.scalar !== "bytes") return scalarBytes(type);
  return member.optional ? 0 : defaultBytes(context, type);
}

function scalarBytes(type: Extract<Type, { kind: "scalar" }>): number {
  if (type.scalar === "bool") return 0;
  if (type.scalar === "string" || type.js === "string") return stringBytes;
  return isInt64(type) && type.js === undefined ? bigintBytes : floatBytes;
}

function defaultBytes(context: ModuleContext, type: Type): number {
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
      return messageBytes(context, messageOf(context, type));
  }
}

function builtinBytes(name: Extract<Type, { kind: "builtin" }>["name"]): number {
  if (name === "timestamp") return dateBytes;
  if (name === "any") return objectBytes + 2 * slotBytes + collectionBytes;
  return name === "uuid" ? stringBytes : floatBytes;
}
