export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** Where it takes longer runs. */
  readonly calls?: number;
}

export const bugs: readonly Bug[];
