import { commonDirectory, type OutputLayout } from "./output-path.ts";

/** What decides where outputs go. */
export interface LayoutInput {
  /** Absolute output directory; `undefined` writes each output beside its schema. */
  readonly outDir: string | undefined;
  /** Absolute path of every schema file by its path in the tree of schemas. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Below an output directory, the smallest tree that holds all schemas: `api/users.rpc` alone gives `users.rpc.ts`. Without
 * one, every output stands beside its schema, for which all schemas must lie below one root, see {@link foreignRoots}.
 */
export function layoutOf({ outDir, sources }: LayoutInput): OutputLayout {
  if (outDir !== undefined)
    return { base: outDir, root: commonDirectory([...sources.keys()].map((path) => `/${path}`)) };
  return { base: rootsOf(sources)[0]?.root ?? "/", root: "/" };
}

/** Schemas that lie below another root than the first one: generated imports between the two would lead nowhere. */
export function foreignRoots(sources: LayoutInput["sources"]): readonly string[] {
  const roots = rootsOf(sources);
  return roots.filter(({ root }) => root !== roots[0]?.root).map(({ path }) => path);
}

function rootsOf(sources: LayoutInput["sources"]): readonly { readonly path: string; readonly root: string }[] {
  return [...sources].map(([path, source]) => ({
    path,
    root: source.endsWith(`/${path}`) ? source.slice(0, -path.length - 1) || "/" : source,
  }));
}
