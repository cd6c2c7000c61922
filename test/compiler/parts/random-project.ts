/** Draws numbers below a bound. */
type Draw = (bound: number) => number;

const names = ["Alpha", "Beta", "Gamma", "Delta"];
const scalars = ["string", "int32", "bool", "bytes", "timestamp", "uuid"];

/**
 * Texts of a project of a few files that refer to each other in every way the language has: imports with and without other
 * names, namespaces, exports, aliases, constants, sets of errors, generics, declared annotations, cycles. Some hold mistakes.
 */
export function projectFrom(seed: number): Record<string, string> {
  return project(drawFrom(seed));
}

/** A generator of numbers that a seed decides (mulberry32). */
function drawFrom(seed: number): Draw {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

function project(draw: Draw): Record<string, string> {
  const count = 2 + draw(4);
  const files: Record<string, string> = {};
  for (let index = 0; index < count; index++) files[`/project/f${index}.rpc`] = file(draw, index, count);
  return files;
}

/** Each file declares the same things under names of its own: `Alpha2` is a declaration of the third file. */
function file(draw: Draw, index: number, count: number): string {
  const targets = Array.from({ length: count }, (_, other) => other).filter(
    (other) => other !== index && (other < index ? draw(3) > 0 : draw(12) === 0),
  );
  const head: string[] = [];
  const body: string[] = [];
  const visible: Visible = { messages: [], enums: [], errors: [], constants: [], generics: [], notes: [] };
  addNames(visible, index, (name) => `${name}${index}`);
  for (const target of targets) importFrom(target, { draw, head, body, visible, index });
  const context = { draw, visible, index };
  for (const name of names.slice(0, 2 + draw(3))) body.push(message(`${name}${index}`, context));
  body.push(
    message("Delta" + index, context)
      .replace(`Delta${index}`, `Box${index}<T>`)
      .replace("{", "{ content?: T = 99;"),
  );
  body.push(`enum Kind${index} { none${index} = 0; some${index} = 1; }`);
  body.push(`type Text${index} = string @len(1..${10 + draw(3)});`);
  body.push(`type Made${index} = ${pick(draw, visible.messages)};`);
  body.push(`const LIMIT${index} = ${draw(2) === 0 ? "5" : pick(draw, visible.constants.slice(1).concat("7"))};`);
  body.push(`error Lost${index}(not_found) { what: ${type(context)} = 1; }`);
  body.push(
    `errors Bad${index} = ${pick(
      draw,
      visible.errors.filter((each) => !each.includes("Bad" + index)),
    )};`,
  );
  body.push(`annotation note${index}(text: string) on message | field;`);
  body.push(service(context));
  const shuffled = body.map((text) => ({ text, at: draw(1000) })).sort((a, b) => a.at - b.at);
  const packageName = draw(3) === 0 ? "shared" : `own${index}`;
  return [
    "edition 2026;",
    `package ${packageName};`,
    ...head,
    ...shuffled.map(({ text }) => `${draw(2) === 0 ? `/** Says { of ${pick(draw, names)}. */\n` : ""}${text}`),
    draw(25) === 0 ? "message Wrong { a: Nothing = 1; }" : "",
    draw(25) === 0 ? "message Same { a: int32 = 1; }" : "",
    "",
  ].join("\n");
}

interface Visible {
  readonly messages: string[];
  readonly enums: string[];
  readonly errors: string[];
  readonly constants: string[];
  readonly generics: string[];
  readonly notes: string[];
}

function addNames(visible: Visible, index: number, spell: (name: string) => string): void {
  visible.messages.push(...names.slice(0, 2).map(spell));
  if (spell("Alpha") === `Alpha${index}`) visible.messages.push(spell("Text"));
  visible.enums.push(spell("Kind"));
  visible.errors.push(spell("Lost"), spell("Bad"));
  visible.constants.push(spell("LIMIT"));
  visible.generics.push(spell("Box"));
  visible.notes.push(spell("note"));
}

interface Importing {
  readonly draw: Draw;
  readonly head: string[];
  readonly body: string[];
  readonly visible: Visible;
  readonly index: number;
}

/** What is imported is used, or the file would have a warning. */
function importFrom(target: number, { draw, head, body, visible, index }: Importing): void {
  const from = `from "./f${target}.rpc";`;
  const use = (name: string, number: number): void => {
    body.push(`message Uses${index}x${target}x${number} { a?: ${name} = 1; }`);
  };
  switch (draw(4)) {
    case 0: {
      head.push(`import * as other${target} ${from}`);
      use(`other${target}.Alpha${target}`, 0);
      addNames(visible, target, (name) => `other${target}.${name}${target}`);
      visible.constants.pop();
      visible.notes.pop();
      return;
    }
    case 1: {
      const wanted = ["Alpha", "Made", "Kind", "Text"];
      head.push(`import { ${wanted.map((name) => `${name}${target} as ${name}From${target}`).join(", ")} } ${from}`);
      wanted.forEach((name, number) => use(`${name}From${target}`, number));
      visible.messages.push(`AlphaFrom${target}`, `MadeFrom${target}`);
      return;
    }
    case 2:
      head.push(draw(2) === 0 ? `export * ${from}` : `export { Alpha${target} as Passed${index}x${target} } ${from}`);
      return;
    default: {
      const wanted = ["Alpha", "Box", "Beta"].slice(0, 1 + draw(3));
      head.push(`import { ${wanted.map((name) => name + target).join(", ")}, LIMIT${target} } ${from}`);
      wanted.forEach((name, number) => use(name === "Box" ? `Box${target}<string>` : name + target, number));
      body.push(`const OF${index}x${target} = LIMIT${target};`);
      visible.messages.push(`Alpha${target}`);
    }
  }
}

interface Context {
  readonly draw: Draw;
  readonly visible: Visible;
  readonly index: number;
}

function message(name: string, context: Context): string {
  const { draw, visible, index } = context;
  const fields = Array.from({ length: 1 + draw(4) }, (_, number) => {
    const mark = draw(6) === 0 ? ` @note${index}("to { ${pick(draw, names)}")` : "";
    return `  /** Field ${number} of ${name}. */\n  field${number}?: ${type(context)} = ${number + 1}${mark};`;
  });
  if (draw(3) === 0) fields.push(`  kind: ${pick(draw, visible.enums)} = 20;`);
  if (draw(3) === 0) fields.push(`  amount: int32 = 21 @min(LIMIT${index});`);
  if (draw(4) === 0) fields.push(`  choice?: oneof { first: ${type(context)} = 30; second: int32 = 31; };`);
  if (draw(4) === 0) fields.push(`  message Inner { a: ${pick(draw, scalars)} = 1 @required; }\n  inner?: Inner = 40;`);
  return `message ${name} {\n${fields.join("\n")}\n}`;
}

function type(context: Context): string {
  const { draw, visible } = context;
  switch (draw(6)) {
    case 0:
      return pick(draw, scalars);
    case 1:
      return pick(draw, visible.messages.slice(0, 2));
    case 2:
      return `${pick(draw, visible.generics)}<${pick(draw, visible.messages)}>`;
    case 3:
      return pick(draw, visible.enums);
    default:
      return pick(draw, visible.messages);
  }
}

function service(context: Context): string {
  const { draw, visible, index } = context;
  const methods = Array.from({ length: 1 + draw(2) }, (_, number) => {
    const request = draw(2) === 0 ? pick(draw, visible.messages.slice(0, 2)) : `a?: ${type(context)} = 1`;
    const result = draw(2) === 0 ? pick(draw, visible.messages.slice(0, 2)) : `{ b?: ${type(context)} = 1; }`;
    return `  call${number}(${request}): ${result}${draw(2) === 0 ? ` throws ${pick(draw, visible.errors)}` : ""};`;
  });
  return `service Calls${index} {\n${methods.join("\n")}\n}`;
}

function pick(draw: Draw, from: readonly string[]): string {
  return from[draw(from.length)] ?? "string";
}
