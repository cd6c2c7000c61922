import { expect, test } from "vitest";
import type { MethodType } from "../../../runtime/call/method-type.ts";
import { Code, RpcError } from "../../../runtime/index.ts";
import { decodeRequest, tooMuchRequested } from "../../../runtime/server/request-body.ts";
import { withPolicies } from "../../security/policies.ts";
import { Lab, Note } from "../fixture/lab.ts";

const echoOf = ({ methods }: typeof Lab): MethodType => methods.find(({ member }) => member === "echo") as MethodType;
const echo = echoOf(Lab);
const method = echoOf(withPolicies(Lab, { echo: { maxMessageBytes: 4 } }));
const bodyOf = (text: string): Uint8Array => Buffer.concat([Buffer.of(10, text.length), Buffer.from(text)]);
const read = (body: Uint8Array, subject = method): unknown => decodeRequest(subject, body, 1, undefined);

test("a request has as many bytes as the schema allows, and not one more", () => {
  expect(read(bodyOf("ab"))).toEqual(Note.create({ text: "ab" }));
  expect(() => read(bodyOf("abc"))).toThrow(
    expect.objectContaining({
      code: Code.resourceExhausted,
      reason: "limit_exceeded",
      message: "A message of /lab.v1.Lab/Echo has 5 bytes; the schema allows 4.",
    }),
  );
  expect(read(bodyOf("abc"), echo)).toEqual(Note.create({ text: "abc" }));
});

test("a request that breaks a constraint is refused with what it breaks", () => {
  expect(() => read(Note.encode(Note.create({ count: -1 })), echo)).toThrow(
    expect.objectContaining({ reason: "constraint_violated", message: expect.stringContaining("/lab.v1.Lab/Echo") }),
  );
});

test("a request for which there is no memory may be sent again", () => {
  expect(tooMuchRequested()).toBeInstanceOf(RpcError);
  expect(tooMuchRequested()).toMatchObject({ reason: "too_many_calls", message: expect.stringContaining("memory") });
});
