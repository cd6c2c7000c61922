import {
  type ConstantValue,
  type ExampleValue,
  type MethodDescriptor,
  methodIdFromPath,
} from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import type { ResolvedMethod } from "../semantics/program.ts";
import { marksOf } from "./annotations.ts";
import { exampleJson } from "./example.ts";
import type { TypeLowering } from "./lower-type.ts";
import { idempotencyOf, policyOf } from "./policy.ts";

/** Lowers a method with the policies of its service merged in. */
export function lowerMethod(
  method: ResolvedMethod,
  context: { readonly analysis: Analysis; readonly types: TypeLowering },
): MethodDescriptor {
  const { analysis, types } = context;
  const example = analysis.annotations.find(method.node, "example")?.arguments.get("value");
  return {
    name: method.node.name.text,
    wireName: method.wireName,
    path: method.path,
    id: methodIdFromPath(method.path),
    kind: method.kind,
    oneway: analysis.annotations.find(method.node, "oneway") !== undefined,
    request: types.methodType(method.request),
    response: types.methodType(method.response),
    errors: method.errors.map((symbol) => types.errorReference(symbol)),
    idempotency: idempotencyOf(method, analysis.annotations),
    policy: policyOf(method, analysis.annotations),
    ...(example === undefined ? {} : { example: resultJson(example, method, analysis) }),
    ...marksOf(method.node, analysis),
  };
}

/** The result that a method shows, or the list of them where it is a stream. */
function resultJson(value: ConstantValue, { kind, response }: ResolvedMethod, analysis: Analysis): ExampleValue {
  const isStream = kind === "server_stream" || kind === "bidi_stream";
  return exampleJson(value, isStream ? { kind: "list", element: response } : response, analysis);
}
