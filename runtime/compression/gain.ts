/** How well the messages of one method compress, so that those which never do cost nothing in the long run. */
export interface GainRecord {
  /** False while the method rests because its messages did not shrink. Counts a message. */
  isWorthTrying(): boolean;
  /** Takes the outcome of an attempt. @returns true when the compressed body should be sent */
  note(plainBytes: number, packedBytes: number): boolean;
}

/** Attempts in a row without a gain after which a method rests. */
const maxMisses = 4;
/** Messages that it rests for, doubled each time. */
const firstRest = 16;
const longestRest = 1_024;

/** A sixteenth must be saved: less is not worth the other side's work. */
function isGain(plainBytes: number, packedBytes: number): boolean {
  return packedBytes <= plainBytes - plainBytes / 16;
}

export function createGainRecord(): GainRecord {
  let misses = 0;
  let resting = 0;
  let rest = firstRest;
  return {
    isWorthTrying() {
      if (resting === 0) return true;
      resting--;
      return false;
    },
    note(plainBytes, packedBytes) {
      if (isGain(plainBytes, packedBytes)) {
        misses = 0;
        rest = firstRest;
        return true;
      }
      misses++;
      if (misses < maxMisses) return false;
      // One attempt after each rest is enough to see whether things have changed.
      misses = maxMisses - 1;
      resting = rest;
      rest = Math.min(rest * 2, longestRest);
      return false;
    },
  };
}
