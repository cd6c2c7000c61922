/** A random schema as text; equal seeds give equal schemas. Names are short and long, every construct occurs. */
export function randomSchema(seed: number): string {
  const random = createRandom(seed);
  const names = ["Reader", "Order", "PurchaseOrderLine", "OrganizationMembershipInvitation", "Map_", "A"].map(
    (name) => `${name}${random(100)}`,
  );
  const parts = names.map((name, index) => message(random, name, names.slice(0, index)));
  const [first = "A", second = "B"] = names;
  return [
    "edition 2026;",
    `package acme.${pick(random, ["a", "organizations.memberships.v1"])};`,
    `type Slug = string @len(1..${random(50) + 1}) @brand;`,
    `const LIMIT_${random(99)} = ${random(1000)};`,
    "open enum Color { unspecified = 0; red = 1 @deprecated; aRatherLongNameForAColor = 2; }",
    "enum Tone { none = 0; loud = 1; }",
    ...parts,
    `union Either${random(9)} { left: ${first} = 1; rightWithALongerName: ${second} = 2; neither: void = 3; }`,
    `error Refused${random(99)}(failed_precondition) { why: string = 1; order: ${second} = 2; }`,
    "error Gone(not_found) {}",
    service(random, names),
  ].join("\n");
}

type Random = (below: number) => number;

/** A small multiplicative generator (mulberry32). */
function createRandom(seed: number): Random {
  let state = seed * 0x9e3779b9;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(items.length)] as T;
}

const plain = ["bool", "string", "bytes", "int32", "uint64", "int53", "double", "timestamp", "duration", "json", "any", "uuid", "Color", "Tone", "Slug"]; // prettier-ignore

function message(random: Random, name: string, others: readonly string[]): string {
  const count = random(8);
  const fields = Array.from({ length: count }, (_, index) => field(random, index + 1, others));
  const oneof =
    random(3) === 0
      ? `choice${random(2) === 0 ? "?" : ""}: oneof { number: int32 = 50; ${fieldName(random, 51)}: ${pick(random, [...plain, ...others])} = 51; nothing: void = 52; };`
      : "";
  return `/** A ${name}. */\nmessage ${name} { ${fields.join(" ")} ${oneof} }`;
}

function field(random: Random, number: number, others: readonly string[]): string {
  const type = pick(random, [...plain, ...others, ...others]);
  const name = fieldName(random, number);
  switch (random(5)) {
    case 0:
      return `${name}: ${type}[] = ${number} @items(..${random(9) + 1});`;
    case 1:
      return `${name}: map<string, ${type}> = ${number};`;
    case 2:
      return `${name}?: ${type} = ${number};`;
    default:
      return `${name}: ${type} = ${number}${type === "string" ? " @len(1..80) @pattern('^a')" : ""};`;
  }
}

function fieldName(random: Random, number: number): string {
  const stem = pick(random, ["id", "name", "createdAt", "numberOfAttempts", "theIdentifierOfTheOrganization", "x", "items"]); // prettier-ignore
  return `${stem}${number}`;
}

function service(random: Random, names: readonly string[]): string {
  const stems = ["get", "listRecentlyDeletedOrganizationMembers", "close", "watchOrders"];
  const methods = stems.map((stem) => {
    const request = pick(random, ["", pick(random, names), `stream ${pick(random, names)}`]);
    const result = pick(random, ["", `: ${pick(random, names)}`, `: stream ${pick(random, names)}`]);
    return `${stem}(${request})${result}${random(2) === 0 ? " throws Gone" : ""};`;
  });
  return `@timeout(2s) service ${pick(random, ["Orders", "OrganizationMembershipInvitations"])} { ${methods.join(" ")} }`;
}
