/** Sizes of bundles for browsers. They depend on the sources alone: there are no rounds, and one measurement is for every Node. */
import { bundleForBrowser, compileGreeters, pageEntries } from "../../browser/bundle.mjs";

/** @typedef {Readonly<Record<string, { readonly minifiedBytes: number, readonly gzipBytes: number }>>} BundleResult by name of the entry */

/** @returns {Promise<BundleResult>} */
export async function benchBundles() {
  compileGreeters();
  /** @type {Record<string, BundleResult[string]>} */
  const result = {};
  for (const [name, entry] of Object.entries(pageEntries)) {
    const { minifiedBytes, gzipBytes } = await bundleForBrowser(entry);
    result[name] = { minifiedBytes, gzipBytes };
  }
  return result;
}
