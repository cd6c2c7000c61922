/** Parts of regular expressions, for all that looks at a text without reading it. */

/** A string in quotes (clause 1.5.1). */
export const STRING = String.raw`"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*'`;
/** To the end of its line, which is left out. */
export const LINE_COMMENT = String.raw`\/\/[^\r\n]*`;
export const BLOCK_COMMENT = String.raw`\/\*[^]*?\*\/`;
