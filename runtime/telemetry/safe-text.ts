const maxLength = 256;
/** C0, DEL, C1, line and paragraph separators, and what changes the direction of writing. */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text from elsewhere, fit for a log: what a terminal or an editor would act on is written as its code, and it is cut at 256 characters. */
export function safeText(text: string): string {
  return escapeText(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text);
}

/** The same at any length. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
