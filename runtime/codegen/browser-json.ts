import type { MessageType } from "../codec/message-type.ts";

/** Takes the place of `json.ts` in bundles for a browser: pages that need JSON import it, the others do without 2 kB. @throws TypeError always */
export function toJson({ typeName }: Pick<MessageType<never>, "typeName">): never {
  throw elsewhere("toJson", typeName);
}

/** @throws TypeError always */
export function fromJson({ typeName }: Pick<MessageType<never>, "typeName">): never {
  throw elsewhere("fromJson", typeName);
}

function elsewhere(name: string, typeName: string): TypeError {
  return new TypeError(
    `${name} of ${typeName} is left out of bundles for pages: import { ${name} } from "@rpcgen/runtime/json" and pass it the type, as in ${name}(User, value).`,
  );
}
