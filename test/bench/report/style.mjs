/** Colours where a terminal shows them; plain text in files, pipes and under NO_COLOR. */
const colourful = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

/** @param {number} code */
const style = (code) => (/** @type {string} */ text) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = style(1);
export const dim = style(2);
export const red = style(31);
export const green = style(32);

/** Length as a terminal shows it. @param {string} text */
export function widthOf(text) {
  // eslint-disable-next-line no-control-regex -- colours are control sequences
  return text.replaceAll(/\u001b\[\d+m/g, "").length;
}
