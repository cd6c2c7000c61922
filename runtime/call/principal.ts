/** Who makes a call, as the server's `authenticate` found. Frozen, all of it: nobody changes who somebody is half way through a call. */
export interface Principal {
  /** `user:7`, `spiffe://example.org/billing`: whatever names a caller uniquely. */
  readonly id: string;
  /** What the caller may do, for the schema's `@auth("scope")`. Default: nothing. */
  readonly scopes?: readonly string[] | undefined;
  /** Further facts: a tenant, a role. Plain data. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** A frozen copy. @throws TypeError for something that is no principal */
export function freezePrincipal(value: Principal): Principal {
  if (typeof value?.id !== "string" || value.id === "") {
    throw new TypeError(
      'authenticate must return a principal with an id, as in { id: "user:7", scopes: ["orders"] }, or undefined.',
    );
  }
  const { id, scopes = [], claims } = value;
  if (!Array.isArray(scopes) || scopes.some((scope) => typeof scope !== "string")) {
    throw new TypeError("The scopes of a principal are an array of strings.");
  }
  return deepFreeze({ id, scopes: [...scopes], ...(claims === undefined ? {} : { claims: structuredClone(claims) }) });
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === "object" && member !== null) deepFreeze(member);
  return Object.freeze(value);
}
