import { entry } from "./diagnostic.ts";
import { counted } from "./phrases.ts";

/** Findings about types: RPC030x. */
export const typeCatalog = {
  typeArgumentCount: entry<{ readonly name: string; readonly wanted: number; readonly found: number }>({
    code: "RPC0301",
    severity: "error",
    title: "A type has the wrong number of type arguments",
    explanation: "A generic message or union takes one type for each of its parameters; all other types take none.",
    clause: "2.8.1",
    text: ({ name, wanted, found }) => ({
      message: `\`${name}\` takes ${counted(wanted, "type argument")}, not ${found}`,
      help:
        wanted === 0
          ? [`write \`${name}\``]
          : [`write \`${name}<${Array.from({ length: wanted }, () => "…").join(", ")}>\``],
    }),
  }),
  nestedList: entry<{ readonly outer: string; readonly inner: string; readonly within?: string }>({
    code: "RPC0302",
    severity: "error",
    title: "A list or map holds a list or map",
    explanation:
      "The wire format has lists and maps only as fields. Items and values are single: scalars, enums, messages, unions.",
    clause: "2.5.4",
    text: ({ outer, inner, within }) => ({
      message: `a ${outer} cannot hold ${inner}s${within === undefined ? "" : ` (in \`${within}\`)`}`,
      label: `${inner} in a ${outer}`,
      help: [`declare a message with the ${inner} as its field, and use that:  message Row { items: string[] = 1; }`],
    }),
  }),
  mapKey: entry<{ readonly type: string; readonly within?: string }>({
    code: "RPC0303",
    severity: "error",
    title: "A map has keys that cannot be keys",
    explanation: "Keys of maps are strings, integers and bool: what the wire format and JSON objects can hold as keys.",
    clause: "2.5.5",
    text: ({ type, within }) => ({
      message: `\`${type}\` cannot be the key of a map${within === undefined ? "" : ` (in \`${within}\`)`}`,
      label: "keys are strings, integers or bool",
    }),
  }),
  infiniteDefault: entry<{ readonly path: readonly string[] }>({
    code: "RPC0304",
    severity: "error",
    title: "A message always holds another one of its kind",
    explanation:
      "A field without `?` always has a value. A message that always holds itself, directly or through others, would never end.",
    clause: "2.6.4",
    text: ({ path }) => ({
      message: `\`${path[0] ?? ""}\` would hold itself without end`,
      label: path.join(" -> "),
      help: ["add `?` to the name of the field, or make it a list"],
    }),
  }),
  voidPlace: entry<{ readonly where: string }>({
    code: "RPC0306",
    severity: "error",
    title: "void stands where a value is needed",
    explanation: "`void` is the request or result of a method, or a case of a union or oneof.",
    clause: "2.5.6",
    text: ({ where }) => ({
      message: `\`void\` cannot be ${where}`,
      label: "holds no value",
      help: ["`void` is for requests and results of methods, and for cases of unions and oneofs"],
    }),
  }),
  caseForm: entry<{ readonly name: string; readonly owner: string; readonly what: "optional" | "list" | "map" }>({
    code: "RPC0307",
    severity: "error",
    title: "A case of a union or oneof is optional, a list or a map",
    explanation: "The case itself says whether the value is there, and the wire format holds one value for each case.",
    clause: "2.7.2",
    text: ({ name, owner, what }) => ({
      message: `the case \`${name}\` of \`${owner}\` cannot be ${what === "optional" ? "optional" : `a ${what}`}`,
      label: what === "optional" ? "a case is there or not" : `a case holds one value`,
      help:
        what === "optional"
          ? ["remove the `?`"]
          : [`declare a message with the ${what} as its field, and use that:  message Batch { items: string[] = 1; }`],
    }),
  }),
  genericTooLarge: entry<{ readonly name: string; readonly nameLimit: number; readonly limit: number }>({
    code: "RPC0308",
    severity: "error",
    title: "A generic needs types without end, or too many",
    explanation:
      "Each use of a generic with other arguments is a message of its own. A generic that uses itself with arguments that grow would need messages without end.",
    clause: "2.8.4",
    text: ({ name, nameLimit, limit }) => ({
      message: `\`${name}\` needs types that grow too large`,
      label: "from here",
      help: [
        `an instance has a name of at most ${nameLimit} characters, and a compilation at most ${limit} instances`,
        "give `" + name + "` the same arguments where it uses itself, or name a part:  type Part = …;",
      ],
    }),
  }),
  instanceNameClash: entry<{ readonly name: string }>({
    code: "RPC0309",
    severity: "error",
    title: "Two instances of generics have one name",
    explanation: "`Page<a.User>` and `Page<b.User>` are both named `Page_User`. Within a package names are unique.",
    clause: "2.8.3",
    text: ({ name }) => ({
      message: `two different types are both named \`${name}\``,
      label: "needed here",
      help: ["give one of the arguments another name:  type OtherUser = b.User;"],
    }),
  }),
  noCases: entry<{ readonly what: string; readonly name: string }>({
    code: "RPC0310",
    severity: "error",
    title: "A union or oneof has no cases",
    explanation: "Without cases there is no value that it could hold.",
    clause: "2.7.1",
    text: ({ what, name }) => ({ message: `${what} \`${name}\` has no cases`, help: ["add a case, or remove it"] }),
  }),
  nestedOneof: entry<{ readonly name: string }>({
    code: "RPC0339",
    severity: "error",
    title: "A oneof stands in a oneof or union",
    explanation: "The wire format knows oneofs only as parts of messages.",
    clause: "2.7.2",
    text: ({ name }) => ({
      message: `the oneof \`${name}\` cannot stand in here`,
      label: "a case has one type",
      help: ["declare a union, and use it as the type of the case:  union Inner { … }"],
    }),
  }),
};
