import type { ErrorDescriptor, MessageDescriptor, UnionDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type FlatCode, words } from "../code.ts";
import { assign } from "../layout.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames } from "../names.ts";
import { locals } from "../naming.ts";
import { functionHead, inBody, inFile, settled, stacked } from "../settle.ts";
import { absentCase, casesOf, declareSlots, requiredChecks, returnSlots, slotsOf } from "../slots.ts";
import { holdMemory } from "../codec/memory.ts";
import { fromJsonLoop, unionFromJsonLoop } from "./read.ts";
import { toJsonCases, toJsonStatements } from "./write.ts";

/** `userToJson` and `userFromJson`: private functions of the module. */
export function messageJson(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): FlatCode {
  const slots = slotsOf(context, descriptor.members, names);
  if (slots.length === 0) return emptyJson(context, names);
  return stacked(
    toJsonFunction(context, names, toJsonStatements(context, slots, descriptor.fullName)),
    inFile`
      ${fromJsonHead(context, names)}
        ${holdMemory(context, descriptor)}
        ${declareSlots(context, slots, "anew")}
        ${fromJsonLoop(context, slots)}
        ${requiredChecks(context, slots, descriptor.fullName)}
        ${returnSlots(context, slots)}
      }
    `,
  );
}

/** The same for a union. */
export function unionJson(context: ModuleContext, union: UnionDescriptor, names: MessageNames): FlatCode {
  const cases = casesOf(context, union.cases, locals.value);
  return stacked(
    toJsonFunction(
      context,
      names,
      inBody`
        switch (value.kind) {
          ${toJsonCases(context, cases, locals.value, union.fullName)}
        }
      `,
    ),
    inFile`
      ${fromJsonHead(context, names)}
        ${settled(1, () => code`${assign(code`let result: ${names.type}`, absentCase())};`)}
        ${unionFromJsonLoop(context, union.cases)}
        return result;
      }
    `,
  );
}

function emptyJson(context: ModuleContext, names: MessageNames): FlatCode {
  return stacked(
    inFile`
      ${toJsonHead(context, names)}
        writer.open(value);
        writer.close();
        return {};
      }
    `,
    inFile`
      ${fromJsonHead(context, names)}
        reader.empty(json);
        return {};
      }
    `,
  );
}

function toJsonFunction(context: ModuleContext, names: MessageNames, statements: FlatCode): FlatCode {
  return inFile`
    ${toJsonHead(context, names)}
      writer.open(value);
      const json: ${context.imports.runtime("JsonObject")} = {};
      ${statements}
      writer.close();
      return json;
    }
  `;
}

function toJsonHead(context: ModuleContext, names: MessageNames): FlatCode {
  const { runtime } = context.imports;
  const parameters = [words`writer: ${runtime("JsonWriter")}`, words`value: ${names.init}`];
  return functionHead(names.toJson, parameters, runtime("JsonValue"));
}

function fromJsonHead(context: ModuleContext, names: MessageNames): FlatCode {
  const { runtime } = context.imports;
  const parameters = [words`reader: ${runtime("JsonReader")}`, words`json: ${runtime("JsonValue")}`];
  return functionHead(names.fromJson, parameters, names.type);
}
