import type { ErrorDescriptor, MessageDescriptor, UnionDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type FlatCode, words } from "../code.ts";
import { assign } from "../layout.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames } from "../names.ts";
import { locals } from "../naming.ts";
import { functionHead, inBody, inFile, settled, stacked } from "../settle.ts";
import { absentCase, casesOf, declareSlots, requiredChecks, returnSlots, slotsOf } from "../slots.ts";
import { holdMemory } from "./memory.ts";
import { readCases, readClauses } from "./read.ts";
import { lastCases, writeCases, writeStatements } from "./write.ts";

/** `writeUser` and `readUser`: private functions of the module. */
export function messageCodec(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): FlatCode {
  const slots = slotsOf(context, descriptor.members, names);
  if (slots.length === 0) return emptyCodec(context, names);
  return stacked(
    inFile`
      ${writeHead(context, names)}
        ${writeStatements(context, slots, descriptor.fullName)}
      }
    `,
    inFile`
      ${readHead(context, names)}
        ${holdMemory(context, descriptor)}
        ${declareSlots(context, slots, "merge")}
        ${readLoop(readClauses(context, slots))}
        ${requiredChecks(context, slots, descriptor.fullName)}
        ${returnSlots(context, slots)}
      }
    `,
  );
}

/** The same for a union. */
export function unionCodec(context: ModuleContext, union: UnionDescriptor, names: MessageNames): FlatCode {
  const cases = [...union.cases].sort((a, b) => a.number - b.number);
  return stacked(
    inFile`
      ${writeHead(context, names)}
        switch (value.kind) {
          ${writeCases(context, casesOf(context, cases, locals.value))}
          ${lastCases(context, [], locals.value, union.fullName)}
        }
      }
    `,
    inFile`
      ${readHead(context, names)}
        ${settled(1, () => code`${assign(code`let result: ${names.type}`, code`previous ?? ${absentCase()}`)};`)}
        ${readLoop(readCases(context, casesOf(context, union.cases, locals.result), false))}
        return result;
      }
    `,
  );
}

/** A message without members: its parameters are there for its callers only. */
function emptyCodec(context: ModuleContext, names: MessageNames): FlatCode {
  const { runtime } = context.imports;
  const write = [words`_writer: ${runtime("Writer")}`, words`_value: ${names.init}`];
  const read = [words`reader: ${runtime("Reader")}`, words`_previous?: ${names.type}`];
  return stacked(
    inFile`${functionHead(names.write, write, words`void`)}}`,
    inFile`
      ${functionHead(names.read, read, names.type)}
        while (reader.pos < reader.end) {
          reader.skip(reader.tag());
        }
        return {};
      }
    `,
  );
}

function writeHead(context: ModuleContext, names: MessageNames): FlatCode {
  const parameters = [words`writer: ${context.imports.runtime("Writer")}`, words`value: ${names.init}`];
  return functionHead(names.write, parameters, words`void`);
}

function readHead(context: ModuleContext, names: MessageNames): FlatCode {
  const parameters = [words`reader: ${context.imports.runtime("Reader")}`, words`previous?: ${names.type}`];
  return functionHead(names.read, parameters, names.type);
}

function readLoop(clauses: FlatCode): FlatCode {
  return inBody`
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
