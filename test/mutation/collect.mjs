/**
 * The part of vitest that the tests use, but for `expect`, which is vitest's own.
 * @param load evaluates tests with this module in the place of `vitest`
 * @returns the tests with their names, in their order
 */
export function collectTests(expect, load) {
  const tests = [];
  const path = [];
  const test = (name, action) => {
    const id = [...path, name].join(" > ");
    const same = tests.filter((one) => one.name === id).length;
    tests.push({ name: id, id: same === 0 ? id : `${id} (${same + 1})`, action });
  };
  const describe = (name, declare) => {
    path.push(name);
    declare();
    path.pop();
  };
  test.each = each(test);
  test.skipIf = (condition) => (condition ? () => undefined : test);
  describe.each = each(describe);
  const cleanups = [];
  load({ describe, test, expect, afterEach: (cleanup) => void cleanups.push(cleanup) });
  return cleanups.length === 0 ? tests : tests.map((one) => ({ ...one, action: cleaning(one.action, cleanups) }));
}

/** One file or many: what cleans up has nothing to do after the tests of others. */
function cleaning(action, cleanups) {
  return async () => {
    try {
      await action();
    } finally {
      for (const cleanup of cleanups) await cleanup();
    }
  };
}

/** A test, or a group, for each row of a table. */
function each(declare) {
  return (table) => (name, action) => {
    for (const [index, row] of table.entries()) {
      const values = Array.isArray(row) ? row : [row];
      declare(`${name} [${index}]`, () => action(...values));
    }
  };
}
