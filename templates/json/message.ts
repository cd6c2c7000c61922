import type { ErrorDescriptor, MessageDescriptor, UnionDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code } from "../code.ts";
import { assign, sections, signature } from "../layout.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames } from "../names.ts";
import { locals } from "../naming.ts";
import { absentCase, declareSlots, requiredChecks, returnSlots, slotsOf } from "../slots.ts";
import { fromJsonLoop, unionFromJsonLoop } from "./read.ts";
import { toJsonCases, toJsonStatements } from "./write.ts";

/** `userToJson` and `userFromJson`: private functions of the module. */
export function messageJson(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): Code {
  const slots = slotsOf(context, descriptor.members, names);
  if (slots.length === 0) return emptyJson(context, names);
  return sections(
    toJsonFunction(context, names, toJsonStatements(context, slots, descriptor.fullName)),
    code`
      ${fromJsonHead(context, names)}
        ${declareSlots(context, slots, "anew")}
        ${fromJsonLoop(context, slots)}
        ${requiredChecks(context, slots, descriptor.fullName)}
        ${returnSlots(context, slots)}
      }
    `,
  );
}

/** The same for a union. */
export function unionJson(context: ModuleContext, union: UnionDescriptor, names: MessageNames): Code {
  return sections(
    toJsonFunction(context, names, [
      code`
        switch (value.kind) {
          ${toJsonCases(context, union.cases, locals.value, union.fullName)}
        }
      `,
    ]),
    code`
      ${fromJsonHead(context, names)}
        ${assign(code`let result: ${names.type}`, absentCase())};
        ${unionFromJsonLoop(context, union.cases)}
        return result;
      }
    `,
  );
}

function emptyJson(context: ModuleContext, names: MessageNames): Code {
  return sections(
    code`
      ${toJsonHead(context, names)}
        writer.open(value);
        writer.close();
        return {};
      }
    `,
    code`
      ${fromJsonHead(context, names)}
        reader.empty(json);
        return {};
      }
    `,
  );
}

function toJsonFunction(context: ModuleContext, names: MessageNames, statements: readonly Code[]): Code {
  return code`
    ${toJsonHead(context, names)}
      writer.open(value);
      const json: ${context.imports.runtime("JsonObject")} = {};
      ${statements}
      writer.close();
      return json;
    }
  `;
}

function toJsonHead(context: ModuleContext, names: MessageNames): Code {
  const { runtime } = context.imports;
  const parameters = [code`writer: ${runtime("JsonWriter")}`, code`value: ${names.init}`];
  return signature(code`function ${names.toJson}`, parameters, code`${runtime("JsonValue")} {`);
}

function fromJsonHead(context: ModuleContext, names: MessageNames): Code {
  const { runtime } = context.imports;
  const parameters = [code`reader: ${runtime("JsonReader")}`, code`json: ${runtime("JsonValue")}`];
  return signature(code`function ${names.fromJson}`, parameters, code`${names.type} {`);
}
