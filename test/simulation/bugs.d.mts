export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** Where it takes longer runs. */
  readonly calls?: number;
  /** The seed to begin with, where it is rare. Default: 1. */
  readonly first?: number;
}

export const bugs: readonly Bug[];
