/** Most bytes of UTF-8 in a schema file (clause 1.1.3). */
export const MAX_FILE_BYTES: number = 4 * 1024 * 1024;
/** Most levels of blocks, brackets and type arguments (clause 1.1.3). */
export const MAX_NESTING = 64;
/** Most characters of a name (clause 1.3.1). */
export const MAX_NAME_LENGTH = 128;
