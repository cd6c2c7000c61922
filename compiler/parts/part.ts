import type { LoadOptions } from "../semantics/load.ts";
import type { Host } from "../source/host.ts";
import type { Part } from "./check-part.ts";
import { sliceAround } from "./slices.ts";
import { type Survey, surveyFiles, type SurveyedFile } from "./survey.ts";

/** A survey, and parts of what it found. */
export interface Surveyor {
  readonly survey: Survey;
  /** The part that compiles some of the files. */
  partOf(owned: ReadonlySet<SurveyedFile>): Part;
}

/** Surveys the files of a compilation. `undefined` when there is anything to report. */
export function createSurveyor(entries: readonly string[], host: Host, options: LoadOptions): Surveyor | undefined {
  const realPaths = new Map<string, string | undefined>();
  const recording: Host = {
    ...host,
    realPath: (path) => {
      if (!realPaths.has(path)) realPaths.set(path, host.realPath(path));
      return realPaths.get(path);
    },
  };
  const survey = surveyFiles(entries, recording, options);
  if (survey === undefined) return undefined;
  return {
    survey,
    partOf: (owned) => {
      const slices = sliceAround(owned, survey);
      return {
        entries,
        options,
        realPaths,
        texts: new Map(survey.files.map((file) => [file.module.absolutePath, slices.textOf(file)])),
        owned: pathsOf(owned),
        whole: pathsOf(slices.whole),
      };
    },
  };
}

function pathsOf(files: ReadonlySet<SurveyedFile>): ReadonlySet<string> {
  return new Set([...files].map(({ module }) => module.path));
}
