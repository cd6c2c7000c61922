import type { SurveyedFile } from "./survey.ts";

/**
 * Splits files into two parts of about the same work, the first of which has a head start, given as a share of the whole. Files
 * that others import come first, so that the first part needs nothing of the second, as long as
 * there are no cycles.
 */
export function splitFiles(
  files: ReadonlySet<SurveyedFile>,
  headStart: number,
): [ReadonlySet<SurveyedFile>, ReadonlySet<SurveyedFile>] {
  const ordered = inOrderOfImports(files);
  const total = ordered.reduce((sum, { text }) => sum + text.length, 0);
  const later = total * (0.5 - headStart / 2);
  const second = new Set<SurveyedFile>();
  let size = 0;
  for (const file of ordered.reverse()) {
    if (size + file.text.length / 2 > later) break;
    second.add(file);
    size += file.text.length;
  }
  return [new Set([...files].filter((file) => !second.has(file))), second];
}

/** What is imported before what imports it. */
function inOrderOfImports(files: ReadonlySet<SurveyedFile>): SurveyedFile[] {
  const ordered: SurveyedFile[] = [];
  const seen = new Set<SurveyedFile>();
  for (const start of files) {
    if (seen.has(start)) continue;
    const stack = [{ file: start, next: 0 }];
    seen.add(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const target = top.file.targets[top.next++];
      if (target === undefined) {
        ordered.push(top.file);
        stack.pop();
      } else if (files.has(target) && !seen.has(target)) {
        seen.add(target);
        stack.push({ file: target, next: 0 });
      }
    }
  }
  return ordered;
}
