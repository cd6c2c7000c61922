export function bundleProgram(entry: string, outfile: string): Promise<void>;
export function runProgram(entry: string, args: readonly string[]): Promise<number>;
