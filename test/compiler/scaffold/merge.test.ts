import { describe, expect, test } from "vitest";
import { mergeHandlers } from "../../../compiler/scaffold/merge.ts";

const fresh = `import type { UsersHandlers } from "./gen/users.rpc.js";
import { NotFound, type User } from "./gen/users.rpc.js";
import { RpcError } from "@rpcgen/runtime";

/** Implements Users. */
export const users: UsersHandlers = {
  /** Fetch one user. */
  async get(request, context) {
    throw new RpcError({ code: "unimplemented" });
  },

  async *watch(request, context) {
    if (request) {
      throw new NotFound({ id: "1" });
    }
  },

  ping(context) {},
};
`;

function merge(existing: string, text = fresh): ReturnType<typeof mergeHandlers> {
  return mergeHandlers({ existing, fresh: text, interfaceName: "UsersHandlers" });
}

function merged(existing: string): Extract<ReturnType<typeof mergeHandlers>, { kind: "merged" }> {
  const result = merge(existing);
  if (result.kind !== "merged") throw new Error(result.reason);
  return result;
}

/** True when `text` holds all of `existing` in order: nothing was changed, moved or removed. */
function isKept(existing: string, text: string): boolean {
  let found = 0;
  for (const character of text) if (character === existing[found]) found++;
  return found === existing.length;
}

describe("merging handlers into a user's file", () => {
  test("a complete file stays the same, byte for byte", () => {
    expect(merged(fresh)).toEqual({ kind: "merged", text: fresh, added: [], uncertain: [] });
  });

  test("a missing method comes after the last one, with its comment, and with the import that it needs", () => {
    const existing = `// mine
import { type UsersHandlers } from "./gen/users.rpc.js";

export const users = {
    get( request ){ return  find(request.id) }, // keep my style
    ping() {},
} satisfies UsersHandlers;

function find(id) { return id }
`;
    const { text, added } = merged(existing);
    expect(added).toEqual(["watch"]);
    expect(text).toBe(`// mine
import { type UsersHandlers, NotFound } from "./gen/users.rpc.js";

export const users = {
    get( request ){ return  find(request.id) }, // keep my style
    ping() {},

    async *watch(request, context) {
        if (request) {
            throw new NotFound({ id: "1" });
        }
    },
} satisfies UsersHandlers;

function find(id) { return id }
`);
    expect(isKept(existing, text)).toBe(true);
  });

  test("merging twice changes nothing more", () => {
    const once = merged("export const users: UsersHandlers = {};\n").text;
    expect(merged(once).text).toBe(once);
  });

  test("a last member without a comma gets one", () => {
    const { text } = merged(`const users: UsersHandlers = {
  get,
  watch: async function* () {} // no comma
}`);
    expect(text).toContain(`  watch: async function* () {}, // no comma\n\n  ping(context) {},\n}`);
  });

  test("an object on one line is opened up without losing anything", () => {
    const existing = "const users: UsersHandlers = { get() {}, watch() {} };";
    const { text } = merged(existing);
    expect(text).toBe("const users: UsersHandlers = { get() {}, watch() {},\n\n  ping(context) {},\n };");
    expect(isKept(existing, text)).toBe(true);
  });

  test("an empty object is filled", () => {
    const { text, added } = merged(
      'import type { UsersHandlers } from "./gen/users.rpc.js";\nexport default {} satisfies UsersHandlers;\n',
    );
    expect(added).toEqual(["get", "watch", "ping"]);
    expect(text).toContain("export default {\n  /** Fetch one user. */\n  async get(request, context) {");
  });

  test("a class gets methods whose parameters are typed by the interface", () => {
    const existing = `import { UsersHandlers as Api } from "./gen/users.rpc.js";

class Users implements Api {
\tprivate readonly store = new Map();

\tget(request) { return this.store.get(request.id); }
}
`;
    const { text, added } = merged(existing);
    expect(added).toEqual(["watch", "ping"]);
    expect(text).toContain(`\tget(request) { return this.store.get(request.id); }

\tasync *watch(...[request, context]: Parameters<Api["watch"]>) {
\t\tif (request) {
\t\t\tthrow new NotFound({ id: "1" });
\t\t}
\t}

\tping(...[context]: Parameters<Api["ping"]>) {}
}
`);
    expect(isKept(existing, text)).toBe(true);
  });

  test("handlers that a function returns are completed", () => {
    const { text } = merged(
      "export function createUsers(db: Db): UsersHandlers {\n  return {\n    get() {},\n    watch() {},\n  };\n}\n",
    );
    expect(text).toContain("    watch() {},\n\n    ping(context) {},\n  };\n}\n");
  });

  test("a file without handlers of the service gets them at its end", () => {
    const existing = 'import { Admin } from "./admin.js";\n\nexport const admin: AdminHandlers = {};\n';
    const { text, added } = merged(existing);
    expect(added).toEqual(["get", "watch", "ping"]);
    expect(
      text.startsWith(
        'import { Admin } from "./admin.js";\nimport { type UsersHandlers, NotFound } from "./gen/users.rpc.js";\nimport { RpcError }',
      ),
    ).toBe(true);
    expect(text).toContain(
      "export const admin: AdminHandlers = {};\n\n/** Implements Users. */\nexport const users: UsersHandlers = {",
    );
    expect(isKept(existing, text)).toBe(true);
  });

  test("methods behind a spread are not guessed at", () => {
    const existing = "const users: UsersHandlers = { ...base, get() {} };";
    expect(merged(existing)).toEqual({ kind: "merged", text: existing, added: [], uncertain: ["watch", "ping"] });
  });

  test("methods of a base class are not guessed at", () => {
    const existing = "class Users extends Base implements UsersHandlers { get() {} }";
    expect(merged(existing)).toMatchObject({ text: existing, uncertain: ["watch", "ping"] });
  });

  test("a name that the file has already is not imported again", () => {
    const { text } = merged(
      'import { NotFound } from "./mine.js";\nconst users: UsersHandlers = { get() {}, ping() {} };',
    );
    expect(text.match(/NotFound \}/gu)).toHaveLength(1);
    expect(text).not.toContain("gen/users");
  });

  test("line endings of the file are kept", () => {
    const { text } = merged("const users: UsersHandlers = {\r\n  get() {},\r\n  watch() {},\r\n};\r\n");
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("a byte order mark stays in front", () => {
    expect(merged("\uFEFFconst users: UsersHandlers = {};").text.startsWith("\uFEFFimport")).toBe(true);
  });

  test("a file that does not parse is refused with the line of the mistake", () => {
    expect(merge("const a = 1;\nconst users: UsersHandlers = { get( };")).toMatchObject({ kind: "broken", line: 2 });
  });
});
