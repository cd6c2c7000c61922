import type { MethodType } from "../../call/method-type.ts";
import type { MethodDescriptor } from "../../descriptor/descriptor.ts";
import type { ExampleValue } from "../../descriptor/type.ts";
import { Code } from "../../errors/code.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import { violationError } from "../../errors/violation-error.ts";
import { type DescribedSchema, exampleOf, indexOf, type SchemaIndex } from "./example-message.ts";

/** Replies made of the examples of schemas. */
export interface Mocks {
  /**
   * The items of a mocked call, new ones each time; one for a method without a stream of results. Undefined for a method that no schema describes.
   * @throws RpcError `internal` naming method and field when one breaks a constraint, or when the schema is of another version than the types of the method
   */
  of(method: MethodType): readonly unknown[] | undefined;
}

/** Schemas are parsed when the first mock is asked for. */
export function createMocks(schemas: readonly DescribedSchema[]): Mocks {
  let index: SchemaIndex | undefined;
  const known = new Map<string, readonly ExampleValue[] | undefined>();

  function shownBy({ path }: MethodType): readonly ExampleValue[] | undefined {
    if (known.has(path)) return known.get(path);
    index ??= indexOf(schemas);
    const method = index.methods.get(path);
    const items = method && itemsOf(method, index);
    known.set(path, items);
    return items;
  }

  return {
    of: (method) => shownBy(method)?.map((item) => replyOf(method, item)),
  };
}

/** A mock that no server could have sent would only hide what its readers do with those that are sent. */
function replyOf({ path, response }: MethodType, item: ExampleValue): unknown {
  const reply = orSay(`The mock of ${path} is no reply`, () =>
    response.fromJson(item as never, { ignoreUnknown: true }),
  );
  const violations = orSay(`The mock of ${path} cannot be validated`, () => response.validate(reply));
  if (violations.length === 0) return reply;
  const { reason, message, details } = violationError(`The mock of ${path}`, violations);
  throw new RpcError({
    code: Code.internal,
    reason,
    message: `${message}. Give it an @example that does not.`,
    details,
  });
}

function orSay<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const { message } = cause as Error;
    throw new RpcError({
      code: Code.internal,
      reason: RpcError.from(cause).reason,
      message: `${what}: ${message}`,
      cause,
    });
  }
}

/** What the method shows itself, else one message made of the examples of its fields. */
function itemsOf({ kind, example, response }: MethodDescriptor, index: SchemaIndex): readonly ExampleValue[] {
  const isStream = kind === "server_stream" || kind === "bidi_stream";
  if (isStream && Array.isArray(example)) return example;
  return [!isStream && example !== undefined ? example : exampleOf(response, index)];
}
