const namedCharacters: ReadonlyMap<number, string> = new Map([
  [0x00, "NUL"],
  [0x7f, "delete"],
  [0xa0, "no-break space"],
  [0xad, "soft hyphen"],
  [0x200b, "zero width space"],
  [0x200c, "zero width non-joiner"],
  [0x200d, "zero width joiner"],
  [0x200e, "left-to-right mark"],
  [0x200f, "right-to-left mark"],
  [0x2028, "line separator"],
  [0x2029, "paragraph separator"],
  [0x202a, "left-to-right embedding"],
  [0x202b, "right-to-left embedding"],
  [0x202c, "pop directional formatting"],
  [0x202d, "left-to-right override"],
  [0x202e, "right-to-left override"],
  [0x2060, "word joiner"],
  [0x2066, "left-to-right isolate"],
  [0x2067, "right-to-left isolate"],
  [0x2068, "first strong isolate"],
  [0x2069, "pop directional isolate"],
  [0x3000, "ideographic space"],
  [0xfeff, "byte order mark"],
  [0xfffd, "replacement character: the file is not UTF-8"],
]);

/** Control, bidirectional and invisible characters: a reader cannot see what they do. */
export function isInvisible(point: number): boolean {
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return true;
  if (point >= 0xd800 && point < 0xe000) return true;
  if (point === 0xad || point === 0x61c || point === 0x180e || point === 0xfeff) return true;
  if (point >= 0x200b && point <= 0x200f) return true;
  return (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f);
}

/** `U+202E` and what more is known about it. */
export function characterName(point: number): string {
  const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = namedCharacters.get(point);
  return name === undefined ? code : `${code} (${name})`;
}

/** The text with every invisible character as `<U+202E>`; a tab stays. */
export function escapeInvisible(text: string): string {
  let result = "";
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    result +=
      point !== 9 && isInvisible(point) ? `<U+${point.toString(16).toUpperCase().padStart(4, "0")}>` : character;
  }
  return result;
}
