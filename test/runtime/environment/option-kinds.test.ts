import { describe, expect, test } from "vitest";
import { checkOptionKinds, checkOptionParts, type OptionKinds } from "../../../runtime/environment/option-kinds.ts";

interface Options {
  readonly loud?: boolean;
  readonly most?: number;
  readonly label?: string;
  readonly onEnd?: () => void;
  readonly parts?: readonly string[];
  readonly more?: object;
  readonly free?: unknown;
}

const kinds: OptionKinds<Options> = {
  loud: "boolean",
  most: "number",
  label: "string",
  onEnd: "function",
  parts: "list",
  more: "object",
  free: "any",
};

function check(options: unknown): void {
  checkOptionKinds("createRadio", options as Options, kinds);
}

test("takes what is of its kind, and undefined for any", () => {
  check({});
  check({ loud: true, most: 5, label: "", onEnd: () => undefined, parts: [], more: new Map(), free: null });
  check({ ...Object.fromEntries(Object.keys(kinds).map((name) => [name, undefined])), unknown: undefined });
});

test.each([
  [{ loud: "yes" }, 'The option "loud" must be true or false; found "yes".'],
  [{ loud: null }, 'The option "loud" must be true or false; found null.'],
  [{ most: "5" }, 'The option "most" must be a number; found "5".'],
  [{ label: 5 }, 'The option "label" must be a string; found 5.'],
  [{ onEnd: {} }, 'The option "onEnd" must be a function; found an object.'],
  [{ parts: "a" }, 'The option "parts" must be a list; found "a".'],
  [{ more: [] }, 'The option "more" must be an object; found an array.'],
  [{ more: check }, 'The option "more" must be an object; found a function.'],
  [{ more: null }, 'The option "more" must be an object; found null.'],
  [
    { onend: check },
    '"onend" is not an option of createRadio. Options are loud, most, label, onEnd, parts, more, free.',
  ],
  [{ toString: check }, '"toString" is not an option of createRadio.'],
  [100, "createRadio takes an object of options; found 100."],
  [null, "createRadio takes an object of options; found null."],
])("%j is refused", (options, text) => {
  expect(() => check(options)).toThrow(TypeError);
  expect(() => check(options)).toThrow(text);
});

describe("the parts of an object", () => {
  const rules = { name: "radio", parts: { isOn: "boolean", tune: "function" }, maker: "createRadio()" } as const;

  test("may come from getters and classes, and more may be there", () => {
    class Radio {
      readonly more = 1;
      get isOn(): boolean {
        return false;
      }
      tune(): void {}
    }
    const radio = new Radio();
    expect(checkOptionParts(radio, rules)).toBe(radio);
  });

  test.each([
    [{}, '"isOn" of the option "radio" must be true or false; found undefined. createRadio() makes one.'],
    [
      { isOn: true, tune: "in" },
      '"tune" of the option "radio" must be a function; found "in". createRadio() makes one.',
    ],
    [null, '"isOn" of the option "radio" must be true or false; found undefined.'],
    [5, '"isOn" of the option "radio" must be true or false; found undefined.'],
  ])("are missed in %j", (value, text) => {
    expect(() => checkOptionParts(value, rules)).toThrow(TypeError);
    expect(() => checkOptionParts(value, rules)).toThrow(text);
  });
});
