import { entry } from "./diagnostic.ts";
import { didYouMean, nameList } from "./phrases.ts";

/** Findings about errors, services, methods and policies: RPC04xx. */
export const serviceCatalog = {
  unknownErrorCode: entry<{
    readonly code: string;
    readonly suggestion: string | undefined;
    readonly codes: readonly string[];
  }>({
    code: "RPC0401",
    severity: "error",
    title: "An error has an unknown status code",
    explanation: "The code of an error is one of the canonical status codes, which every RPC system understands.",
    clause: "2.13.1",
    text: ({ code, suggestion, codes }) => ({
      message: `\`${code}\` is not a status code`,
      help: suggestion === undefined ? [`the codes are ${nameList(codes)}`] : didYouMean(suggestion),
    }),
  }),
  throwsNotError: entry<{ readonly name: string }>({
    code: "RPC0402",
    severity: "error",
    title: "Something is thrown that is not an error",
    explanation: "`throws` and `errors` name declarations made by `error` or `errors`.",
    clause: "2.13.2",
    text: ({ name }) => ({
      message: `\`${name}\` is not an error`,
      label: "an `error`, or a set of them, is needed here",
      help: [`declare it as one:  error ${name} { … }`],
    }),
  }),
  repeatNeedsIdempotent: entry<{ readonly annotation: string; readonly method: string | undefined }>({
    code: "RPC0403",
    severity: "error",
    title: "A call would be repeated that may not be",
    explanation:
      "A retried or hedged call may be carried out twice. That is safe only when the method changes nothing (`@readonly`), or when doing it twice is the same as once (`@idempotent`).",
    clause: "2.15.2",
    text: ({ annotation, method }) => ({
      message:
        method === undefined
          ? `\`@${annotation}\` has no method to apply to: none is \`@idempotent\` or \`@readonly\``
          : `\`@${annotation}\` may carry out \`${method}\` twice, which is neither \`@idempotent\` nor \`@readonly\``,
      label: "may repeat the call",
      help: ["add `@idempotent` if doing it twice is the same as once, or `@readonly` if it changes nothing"],
    }),
  }),
  onewayContradiction: entry<{ readonly method: string; readonly what: "result" | "stream" | "throws" }>({
    code: "RPC0404",
    severity: "error",
    title: "A one-way method answers",
    explanation:
      "The client of a one-way method gets no reply at all, so that there can be no result, no stream and no error.",
    clause: "2.14.5",
    text: ({ method, what }) => ({
      message: `\`${method}\` is one-way, but ${{ result: "has a result", stream: "has a stream", throws: "throws errors" }[what]}`,
      label: "can never reach the caller",
      help: [what === "stream" ? "remove `@oneway`" : "remove it, or remove `@oneway`"],
    }),
  }),
  methodIdClash: entry<{ readonly path: string; readonly other: string }>({
    code: "RPC0405",
    severity: "error",
    title: "Two methods have one number on the wire",
    explanation:
      "Methods are known by a 32-bit number that is computed from package, service and name. Two methods of one compilation happened to get the same.",
    clause: "2.14.6",
    text: ({ path, other }) => ({
      message: `\`${path}\` and \`${other}\` have the same number on the wire`,
      help: ['rename one of them, or give it a name of its own on the wire:  @proto.name("…")'],
    }),
  }),
  requestType: entry<{ readonly type: string }>({
    code: "RPC0407",
    severity: "error",
    title: "A request is not a message",
    explanation:
      "A request is a message or union, `void`, or a list of named parameters. Messages can grow; a bare value could not.",
    clause: "2.14.2",
    text: ({ type }) => ({
      message: `a request cannot be \`${type}\``,
      label: "a message, a union or `void` is needed here",
      help: [`name the parameter:  (value: ${type} = 1)`],
    }),
  }),
  resultType: entry<{ readonly type: string }>({
    code: "RPC0408",
    severity: "error",
    title: "A result is not a message",
    explanation:
      "A result is a message or union, `void`, or a list of named members. Messages can grow; a bare value could not.",
    clause: "2.14.3",
    text: ({ type }) => ({
      message: `a result cannot be \`${type}\``,
      label: "a message, a union or `void` is needed here",
      help: [`name the result:  { value: ${type} = 1; }`],
    }),
  }),
  httpVariable: entry<{
    readonly name: string;
    readonly request: string;
    readonly suggestion: string | undefined;
    readonly place: "path" | "body";
  }>({
    code: "RPC0409",
    severity: "error",
    title: "A variable of an HTTP path is no field of the request",
    explanation:
      "`{name}` in a path takes its value from a field of the request: a string, number, bool or enum that is not a list.",
    clause: "2.15.6",
    text: ({ name, request, suggestion, place }) => ({
      message: `${request} has no field \`${name}\` that can ${place === "path" ? "stand in a path" : "be the body"}`,
      help: didYouMean(suggestion),
    }),
  }),
  httpPath: entry<{ readonly reason: string }>({
    code: "RPC0410",
    severity: "error",
    title: "An HTTP path cannot be read",
    explanation: "A path starts with `/`; its segments are literal text or `{field}`, each variable once.",
    clause: "2.15.6",
    text: ({ reason }) => ({ message: `this is not an HTTP path: ${reason}`, help: ['write  "/v1/users/{id}"'] }),
  }),
  httpVerb: entry<{ readonly count: number }>({
    code: "RPC0411",
    severity: "error",
    title: "An HTTP mapping has no verb, or several",
    explanation:
      "`@http` names one of get, post, put, patch and delete, with its path. `get` and `delete` have no body.",
    clause: "2.15.6",
    text: ({ count }) => ({
      message: count === 0 ? "`@http` names no verb" : "`@http` names more than one verb",
      help: ['write one of them:  @http(get: "/v1/users/{id}")'],
    }),
  }),
  httpRouteClash: entry<{ readonly route: string; readonly other: string }>({
    code: "RPC0412",
    severity: "error",
    title: "Two methods have one HTTP path",
    explanation:
      "A request is sent to one method by its verb and path. Variables match any text, so their names do not tell paths apart.",
    clause: "2.15.6",
    text: ({ route, other }) => ({
      message: `${route} already leads to \`${other}\``,
      label: "the same verb and path",
      help: ["change the path, or the verb"],
    }),
  }),
  hashKeyField: entry<{ readonly field: string; readonly request: string; readonly suggestion: string | undefined }>({
    code: "RPC0413",
    severity: "error",
    title: "The hash key is no field of the request",
    explanation:
      "`@hashKey` names a field of the request that is a single string, number, bool, enum or bytes; fields of fields are joined by `.`.",
    clause: "2.15.5",
    text: ({ field, request, suggestion }) => ({
      message: `${request} has no single field \`${field}\` to choose a server by`,
      help: didYouMean(suggestion),
    }),
  }),
  throwsTwice: entry<{ readonly name: string }>({
    code: "RPC0414",
    severity: "warning",
    title: "An error is named twice",
    explanation: "The error stands in the same list twice, by itself or through a set.",
    clause: "2.13.2",
    text: ({ name }) => ({
      message: `\`${name}\` is named twice`,
      label: "named again here",
      help: ["remove one of them"],
    }),
  }),
  idempotencyTwice: entry({
    code: "RPC0415",
    severity: "warning",
    title: "A method is both readonly and idempotent",
    explanation: "What changes nothing can be repeated: `@readonly` says all that `@idempotent` does.",
    clause: "2.15.1",
    text: () => ({
      message: "`@idempotent` adds nothing to `@readonly`",
      label: "says less",
      help: ["remove `@idempotent`"],
    }),
  }),
  cacheNeedsReadonly: entry<{ readonly method: string }>({
    code: "RPC0416",
    severity: "error",
    title: "The result of a method that changes something is cached",
    explanation:
      "A cached result is given without a call. Only a unary method that is `@readonly` can do without being called.",
    clause: "2.15.3",
    text: ({ method }) => ({
      message: `\`${method}\` cannot be cached: it is not a \`@readonly\` method with one result`,
      label: "would skip the call",
      help: ["add `@readonly` if the method changes nothing"],
    }),
  }),
  repeatStream: entry<{ readonly annotation: string; readonly method: string }>({
    code: "RPC0417",
    severity: "error",
    title: "A call with a stream of requests would be repeated",
    explanation:
      "The items of a request stream are gone once they are sent; a second attempt would have nothing to send.",
    clause: "2.15.2",
    text: ({ annotation, method }) => ({
      message: `\`@${annotation}\` cannot repeat \`${method}\`: its requests are a stream`,
      label: "needs a single request",
      help: ["remove it"],
    }),
  }),
  errorSetCycle: entry<{ readonly name: string }>({
    code: "RPC0418",
    severity: "error",
    title: "A set of errors holds itself",
    explanation: "A set may name other sets, but not in a circle.",
    clause: "2.13.2",
    text: ({ name }) => ({
      message: `the set of errors \`${name}\` holds itself`,
      help: ["remove it from one of the sets"],
    }),
  }),
  backoffOrder: entry({
    code: "RPC0419",
    severity: "error",
    title: "The longest backoff is shorter than the first",
    explanation: "The wait between attempts grows from `base` to `max`.",
    clause: "2.15.2",
    text: () => ({
      message: "`max` of the backoff is less than `base`",
      label: "the wait grows from base to max",
      help: ["exchange them"],
    }),
  }),
  messageSizeTwice: entry({
    code: "RPC0420",
    severity: "error",
    title: "The size of messages is limited twice",
    explanation: "On services and methods `@maxSize` and `@maxMessage` say the same.",
    clause: "2.15.4",
    text: () => ({
      message: "`@maxSize` and `@maxMessage` both limit the messages",
      label: "says it again",
      help: ["remove one of them"],
    }),
  }),
  httpStream: entry<{ readonly method: string }>({
    code: "RPC0421",
    severity: "error",
    title: "A method with a stream of requests is mapped to HTTP",
    explanation: "An HTTP request is one message. Results may be a stream.",
    clause: "2.15.6",
    text: ({ method }) => ({
      message: `\`${method}\` takes a stream, which cannot be mapped to an HTTP request`,
      help: ["remove `@http`"],
    }),
  }),
  aliasClash: entry<{ readonly alias: string; readonly other: string }>({
    code: "RPC0422",
    severity: "error",
    title: "The second name of a method is taken",
    explanation:
      "`@alias` gives a method a second name under which calls still arrive. It is not the name of another method.",
    clause: "2.15.7",
    text: ({ alias, other }) => ({
      message: `the alias \`${alias}\` is the name of \`${other}\``,
      label: "taken",
      help: ["choose another alias"],
    }),
  }),
  hedgeAndRetry: entry({
    code: "RPC0423",
    severity: "error",
    title: "A method is both retried and hedged",
    explanation:
      "Hedging sends further attempts before the first has failed, retrying after it. Both together would multiply the attempts.",
    clause: "2.15.2",
    text: () => ({
      message: "`@retry` and `@hedge` contradict each other",
      label: "multiplies the attempts",
      help: ["choose one of them"],
    }),
  }),
};
