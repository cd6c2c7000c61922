/**
 * The values that are measured, in a neutral form that every contender turns into its own: 64-bit integers are bigint, maps are
 * plain objects, enums are names. No field holds its default value, because peers disagree on whether a default is written.
 */

/** How many different values each payload has; a power of two. */
export const VALUES = 16;

/** @type {Readonly<Record<string, { readonly about: string, readonly make: (index: number) => any }>>} */
export const payloads = {
  order: { about: "15 fields, nested address, 5 lines, map of 4, optionals", make: makeOrder },
  tiny: { about: "3 fields", make: makeTiny },
  list: { about: "1,000 records of 4 fields", make: makeList },
  packed: { about: "4 packed lists of 250 numbers", make: makeSamples },
  text: { about: "10 kB of text in several scripts", make: makeText },
  bytes: { about: "64 kB", make: makeBlob },
  ids: { about: "3 lists of 100 64-bit integers", make: makeIds },
};

const names = ["Zoë Müller-Ångström", "Grace Brewster Hopper", "Łukasz Żółkiewski", "Ada Lovelace"];
const titles = [
  "Green tea, first flush",
  "Teapot, cast iron, 0.8 l",
  "Strainer",
  "Gift box (large)",
  "Mug \u201cMorning\u201d",
];

/** @param {number} index */
function makeOrder(index) {
  return {
    id: 9_007_199_254_740_993n + BigInt(index * 7919),
    reference: `ORD-2026-${String(100_000 + index * 37)}`,
    customerId: 48_213_377n + BigInt(index),
    customerName: names[index % names.length],
    ...(index % 4 === 3 ? {} : { email: `customer.${index}@mail.example.com` }),
    status: ["placed", "paid", "shipped", "delivered"][index % 4],
    currency: "EUR",
    totalCents: 1_284_995n + BigInt(index * 100),
    lines: titles.map((title, line) => makeLine(title, line, index)),
    shipTo: {
      recipient: names[(index + 1) % names.length],
      street: `Lange Straße ${index + 12}, 3rd floor`,
      city: "Frankfurt am Main",
      postalCode: String(60_311 + index),
      country: "DE",
    },
    labels: { channel: "web", campaign: `autumn-${index}`, warehouse: "fra-2", priority: "standard" },
    placedAtMs: 1_790_000_000_000n + BigInt(index * 86_400_000),
    ...(index % 2 === 1 ? {} : { note: "Please ring twice and leave it with the neighbours if nobody answers." }),
    weightGrams: 1250.5 + index,
    express: true,
  };
}

/**
 * @param {string} title
 * @param {number} line
 * @param {number} index
 */
function makeLine(title, line, index) {
  return {
    sku: `TEA-${String(1000 + line * 17 + index)}-B`,
    title,
    quantity: 1 + ((line + index) % 9),
    unitCents: 350 + line * 1199 + index,
    taxRate: 0.07 + line / 100,
  };
}

/** @param {number} index */
function makeTiny(index) {
  return { id: 1000 + index * 31, ok: true, name: `sensor-${index}` };
}

/** @param {number} index */
function makeList(index) {
  const entries = Array.from({ length: 1000 }, (_, entry) => ({
    id: 1 + entry * 13 + index,
    name: `entry number ${entry}`,
    score: entry * 1.25 + 0.5,
    active: true,
  }));
  return { entries };
}

/** @param {number} index */
function makeSamples(index) {
  const numbers = (/** @type {(at: number) => number} */ make) => Array.from({ length: 250 }, (_, at) => make(at));
  return {
    counts: numbers((at) => (at * at * 7 + index) % (at % 3 === 0 ? 100 : 3_000_000)),
    deltas: numbers((at) => ((at * 37) % 500) - 250 - index),
    values: numbers((at) => at * 1.1 + index),
    readings: numbers((at) => Math.fround(at * 0.25 + index)),
  };
}

/** @param {number} index */
function makeText(index) {
  const scripts = [
    "The quick brown fox jumps over the lazy dog. ",
    "Größe, Straße, façade, naïve. ",
    "Съешь ещё этих булок. ",
    "色は匂へど散りぬるを。",
    "🚀🌍✨ ",
  ];
  let body = `${index}: `;
  for (let at = 0; Buffer.byteLength(body) < 10_000; at++) body += scripts[at % 7 === 6 ? 4 : (at + index) % 4];
  return { body };
}

/** @param {number} index */
function makeBlob(index) {
  return { data: Uint8Array.from({ length: 65_536 }, (_, at) => (at * 31 + (at >> 8) + index) & 255) };
}

/** @param {number} index */
function makeIds(index) {
  const many = (/** @type {(at: bigint) => bigint} */ make) =>
    Array.from({ length: 100 }, (_, at) => make(BigInt(at + index + 1)));
  return {
    users: many((at) => BigInt.asUintN(64, at * 0x9e37_79b9_7f4a_7c15n) | 1n),
    offsets: many((at) => BigInt.asIntN(64, at * 0x5851_f42d_4c95_7f2dn) | 1n),
    hashes: many((at) => BigInt.asUintN(64, at * 0xd6e8_feb8_6659_fd93n) | 1n),
    owner: BigInt.asIntN(64, BigInt(index + 1) * 0x2545_f491_4f6c_dd1dn) | 1n,
  };
}
