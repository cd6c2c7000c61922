import { annotationDeclarations } from "./annotation-declarations.ts";
import { bounds } from "./bounds.ts";
import { cache } from "./cache.ts";
import { callTypes } from "./call-types.ts";
import { caseForms } from "./case-forms.ts";
import { defaults } from "./defaults.ts";
import { edition } from "./edition.ts";
import { enumNumbers } from "./enum-numbers.ts";
import { errorCodes } from "./error-codes.ts";
import { fieldNumbers } from "./field-numbers.ts";
import { forbiddenNames } from "./forbidden-names.ts";
import { formats } from "./formats.ts";
import { hashKey } from "./hash-key.ts";
import { http } from "./http.ts";
import { idempotency } from "./idempotency.ts";
import { infiniteDefaults } from "./infinite-defaults.ts";
import { memberNames } from "./member-names.ts";
import { messageSize } from "./message-size.ts";
import { methodAlias } from "./method-alias.ts";
import { methodIds } from "./method-ids.ts";
import { oneway } from "./oneway.ts";
import { outputNames } from "./output-names.ts";
import { packageNames } from "./package-names.ts";
import { packedElement } from "./packed-element.ts";
import { patterns } from "./patterns.ts";
import { repeats } from "./repeats.ts";
import { required } from "./required.ts";
import { reservedItems } from "./reserved-items.ts";
import { reservedNames } from "./reserved-names.ts";
import type { Rule } from "./rule.ts";
import { thrownErrors } from "./thrown-errors.ts";
import { typeForms } from "./type-forms.ts";
import { unusedImports } from "./unused-imports.ts";
import { valueLists } from "./value-lists.ts";

/** Every rule over an analysed program, by name. */
export const allRules: readonly Rule[] = [
  annotationDeclarations,
  bounds,
  cache,
  callTypes,
  caseForms,
  defaults,
  edition,
  enumNumbers,
  errorCodes,
  fieldNumbers,
  forbiddenNames,
  formats,
  hashKey,
  http,
  idempotency,
  infiniteDefaults,
  memberNames,
  messageSize,
  methodAlias,
  methodIds,
  oneway,
  outputNames,
  packageNames,
  packedElement,
  patterns,
  repeats,
  required,
  reservedItems,
  reservedNames,
  thrownErrors,
  typeForms,
  unusedImports,
  valueLists,
];
