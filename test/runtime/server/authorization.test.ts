import { expect, test } from "vitest";
import type { CallContext } from "../../../runtime/index.ts";
import { createGate } from "../../../runtime/server/authorization.ts";
import { withPolicies } from "../../security/policies.ts";
import { Lab } from "../fixture/lab.ts";

const [method] = withPolicies(Lab, { echo: { auth: { scopes: ["notes"] } } }).methods;
const call = { method } as unknown as CallContext;

test("a caller without any scopes lacks those that a method asks for", () => {
  const caller = { principal: { id: "ann" }, failure: undefined, pending: undefined };
  expect(() => createGate({ authorize: undefined, publicMethods: [] }).admit(call, caller)).toThrow(
    expect.objectContaining({ reason: "permission_denied", message: '/lab.v1.Lab/Echo needs the scope "notes".' }),
  );
});
