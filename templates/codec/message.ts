import type { ErrorDescriptor, FieldDescriptor, MessageDescriptor, UnionDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code } from "../code.ts";
import { sections, signature } from "../layout.ts";
import { assign } from "../layout.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames } from "../names.ts";
import { locals } from "../naming.ts";
import { absentCase, declareSlots, requiredChecks, returnSlots, slotsOf } from "../slots.ts";
import { readCase, readClauses } from "./read.ts";
import { lastCases, writeCase, writeStatements } from "./write.ts";

/** `writeUser` and `readUser`: private functions of the module. */
export function messageCodec(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): Code {
  const slots = slotsOf(context, descriptor.members, names);
  if (slots.length === 0) return emptyCodec(context, names);
  return sections(
    code`
      ${writeHead(context, names)}
        ${writeStatements(context, slots, descriptor.fullName)}
      }
    `,
    code`
      ${readHead(context, names)}
        ${declareSlots(context, slots, "merge")}
        ${readLoop(readClauses(context, slots))}
        ${requiredChecks(context, slots, descriptor.fullName)}
        ${returnSlots(context, slots)}
      }
    `,
  );
}

/** The same for a union. */
export function unionCodec(context: ModuleContext, union: UnionDescriptor, names: MessageNames): Code {
  const cases = [...union.cases].sort((a, b) => a.number - b.number);
  return sections(
    code`
      ${writeHead(context, names)}
        switch (value.kind) {
          ${cases.map((field) => writeCase(context, field, locals.value))}
          ${lastCases(context, [], locals.value, union.fullName)}
        }
      }
    `,
    code`
      ${readHead(context, names)}
        ${assign(code`let result: ${names.type}`, code`previous ?? ${absentCase()}`)};
        ${readLoop(union.cases.map((field: FieldDescriptor) => readCase(context, field, locals.result, false)))}
        return result;
      }
    `,
  );
}

/** A message without members: its parameters are there for its callers only. */
function emptyCodec(context: ModuleContext, names: MessageNames): Code {
  const { runtime } = context.imports;
  const write = [code`_writer: ${runtime("Writer")}`, code`_value: ${names.init}`];
  const read = [code`reader: ${runtime("Reader")}`, code`_previous?: ${names.type}`];
  return sections(
    code`${signature(code`function ${names.write}`, write, code`void {}`)}`,
    code`
      ${signature(code`function ${names.read}`, read, code`${names.type} {`)}
        while (reader.pos < reader.end) {
          reader.skip(reader.tag());
        }
        return {};
      }
    `,
  );
}

function writeHead(context: ModuleContext, names: MessageNames): Code {
  const parameters = [code`writer: ${context.imports.runtime("Writer")}`, code`value: ${names.init}`];
  return signature(code`function ${names.write}`, parameters, code`void {`);
}

function readHead(context: ModuleContext, names: MessageNames): Code {
  const parameters = [code`reader: ${context.imports.runtime("Reader")}`, code`previous?: ${names.type}`];
  return signature(code`function ${names.read}`, parameters, code`${names.type} {`);
}

function readLoop(clauses: readonly Code[]): Code {
  return code`
    while (reader.pos < reader.end) {
      const tag = reader.tag();
      switch (tag) {
        ${clauses}
        default:
          reader.skip(tag);
      }
    }
  `;
}
