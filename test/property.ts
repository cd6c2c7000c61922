import fc from "fast-check";

/**
 * What decides the random inputs of all tests, so that what passes once passes again: 1, or the environment variable `SEED`. A property that fails prints
 * it, with the path to the input.
 */
export const seed: number = readSeed(process.env["SEED"] ?? "1");

fc.configureGlobal({ seed });

export function readSeed(text: string): number {
  if (!/^-?\d{1,9}$/u.test(text))
    throw new Error(`SEED has to be a whole number of at most nine digits, found "${text}"`);
  return Number(text);
}

/** fast-check with that seed. Tests import it from here and nowhere else. */
export { fc };
