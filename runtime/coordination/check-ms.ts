/** @throws RangeError for a number of milliseconds that is none, or less than `min` */
export function checkMs(name: string, value: number, min: number): void {
  if (value >= min && value <= 86_400_000) return;
  throw new RangeError(`${name} is ${String(value)}; expected milliseconds from ${min} to 86400000.`);
}
