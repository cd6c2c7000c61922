import { ratioOf, spreadOf } from "../../measure/statistics.mjs";
import { kilobytes } from "../format.mjs";
import { atLeast, atMost } from "./goal.mjs";

/** @typedef {import("./goal.mjs").Results} Results */

const compiling = "Compiling";

/** Bundles and the compiler. @param {Results} results */
export function toolGoals({ bundle, compile }) {
  const gzip = bundle?.service && spreadOf([bundle.service.gzipBytes]);
  return [
    atMost(
      "bundle of a client and one service of unary methods, gzip",
      12_000,
      gzip,
      "Bundles for browsers",
      kilobytes,
    ),
    ...compileGoals(compile?.samples),
  ];
}

/** @param {import("../../compile/part.mjs").CompileResult["samples"]} [samples] */
export function compileGoals(samples = {}) {
  const ratio = (/** @type {string} */ task, /** @type {string} */ base) => {
    const [one, other] = [samples[task], samples[base]];
    return one && other && ratioOf(one, other);
  };
  const [cold, bare] = ["rpcgen, cold", "node -e 0"];
  return [
    atLeast("compile, time of buf + protoc-gen-es, of ours", 5, ratio("buf + protoc-gen-es", cold), compiling),
    atMost("compile, nothing changed, of a bare Node", 1.6, ratio("rpcgen, unchanged", bare), compiling),
    atMost("compile, one file of many changed, of a bare Node", 4, ratio("rpcgen, one file changed", bare), compiling),
    atMost("compile, ten times the messages", 12, ratio("rpcgen, one file", "rpcgen, a tenth of it"), compiling),
  ];
}
