/** Version of the tool, as in package.json. */
export const version = "0.1.0";
