/** What a malformed number probably should have been. */
export function suggestNumber(image: string): { readonly help: string; readonly value?: string } {
  const plain = image.replaceAll("_", "");
  if (plain !== image && /^-?\d+$/.test(plain)) return { value: plain, help: `numbers have no \`_\`: write ${plain}` };
  if (/^-?0\d+$/.test(image)) {
    const value = image.replace(/^(-?)0+(?=\d)/, "$1");
    return { value, help: `numbers have no leading zeros: write ${value}` };
  }
  if (/^-?0[xX]/.test(image)) return { help: "hexadecimal digits are 0-9 and a-f, at least one: 0xff" };
  if (/^-?0[bBoO]\d*$/.test(image)) return { help: "numbers are decimal or hexadecimal (0xff)" };
  if (/^\d+n$/.test(image))
    return { value: image.slice(0, -1), help: `write ${image.slice(0, -1)}: all numbers are exact` };
  const suffixed = /^(-?\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(image);
  return suffixed?.[1] === undefined
    ? { help: "write a number such as 12, 1.5 or 0xff" }
    : suggestUnit(suffixed[1], suffixed[2] ?? "");
}

const unitsByWord: Readonly<Record<string, string>> = {
  sec: "s",
  secs: "s",
  second: "s",
  seconds: "s",
  min: "m",
  mins: "m",
  minute: "m",
  minutes: "m",
  hour: "h",
  hours: "h",
  day: "d",
  days: "d",
  millis: "ms",
  msec: "ms",
  b: "B",
  k: "KiB",
  kb: "KiB",
  kib: "KiB",
  mb: "MiB",
  mib: "MiB",
  gb: "GiB",
  gib: "GiB",
};

function suggestUnit(amount: string, unit: string): { readonly help: string; readonly value?: string } {
  const known = unitsByWord[unit.toLowerCase()];
  if (known === undefined) return { help: "units are us ms s m h d for durations and B KiB MiB GiB for sizes" };
  if (known.endsWith("B") && amount.includes(".")) return { help: "sizes are whole numbers with B, KiB, MiB or GiB" };
  const value = amount + known;
  return /i/.test(known) && !/i/i.test(unit)
    ? { help: `sizes count in 1,024s: write ${value}` }
    : { value, help: `write ${value}` };
}
