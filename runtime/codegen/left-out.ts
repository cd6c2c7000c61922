/**
 * Stands for a part that was not generated.
 * @throws TypeError when it is called, naming the part and how to get it
 */
export function leftOut(part: string): () => never {
  return () => {
    throw new TypeError(
      `this needs the part "${part}", which was left out; add it to "emit" and compile the schema again`,
    );
  };
}
