import { describe, expect, test } from "vitest";
import { FormatError } from "../index.ts";
import { joined } from "../joined.ts";
import { findGlobal } from "../pytorch/globals.ts";
import { plainValue } from "../pytorch/plain-values.ts";
import { pickles } from "../testing/pickles.ts";
import { unpickle } from "./unpickler.ts";

const hooks = {
  findGlobal,
  persistent(): never {
    throw new FormatError("nothing is outside of these pickles");
  },
};
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
/** A value from a pickle that is written as Latin-1. */
const load = (pickle: string | Uint8Array): unknown =>
  plainValue(unpickle(typeof pickle === "string" ? bytesOf(pickle) : pickle, hooks), () => {
    throw new Error("no tensor is in these pickles");
  });
const repeat = (text: string, times: number): string => text.repeat(times);

test.each(pickles.map((hex, protocol) => [protocol, hex]))("protocol %i as Python writes it", (_, hex) => {
  const value = load(Uint8Array.from(Buffer.from(String(hex), "hex"))) as Record<string, unknown>;
  expect(value).toEqual({
    n: null,
    t: true,
    f: false,
    i: [
      0,
      255,
      256,
      65535,
      65536,
      -1,
      2147483647,
      -2147483648,
      2n ** 53n,
      2n ** 53n + 2n,
      2n ** 64n,
      -(2n ** 64n),
      10n ** 30n,
    ],
    x: [0.5, -0, Infinity, -Infinity, 1e300],
    s: ["", "aé🐍\u2028'\"\\\n"],
    b: Uint8Array.of(0, 255, 97, 98),
    e: [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [], {}],
    d: { 1: "one", 2: { three: 3 } },
    m: new Map<unknown, unknown>([
      [null, 1],
      ["k", 2],
      [[1, 2], 3],
    ]),
    set: new Set([1, 2, 3]),
    twice: [[1], [1]],
  });
  const [first, second] = value.twice as unknown[];
  expect(first).toBe(second);
  // Tuples are frozen, lists are not.
  expect((value.e as unknown[]).map((item) => Object.isFrozen(item))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("texts of Python 2 are bytes of UTF-8", () => {
  expect(load("S'gr\\xc3\\xb6\\'\\n'\n.")).toBe("grö'\n");
  expect(load("U\x03a\xc3\xb6.")).toBe("aö");
});

test("names that JavaScript knows are names like others", () => {
  const value = load("}(X\x09\0\0\0__proto__}X\x01\0\0\0aK\x01sX\x0b\0\0\0constructorK\x02u.") as Record<
    string,
    unknown
  >;
  expect(Object.getPrototypeOf(value)).toBe(null);
  expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
  expect(Object.getOwnPropertyDescriptor(value, "__proto__")?.value).toEqual({ a: 1 });
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});

test("lists and dictionaries may contain themselves", () => {
  const list = load("]q\0h\0a.") as unknown[];
  expect(list[0]).toBe(list);
  const dict = load("}q\0X\x01\0\0\0ah\0s.") as Record<string, unknown>;
  expect(dict.a).toBe(dict);
  // A tuple in a list in itself.
  const tuple = load("]q\0h\0\x85a.") as unknown[];
  expect((tuple[0] as unknown[])[0]).toBe(tuple);
});

test.each([
  ["}K\x00K\x01s.", "{ 0: 1 }", { 0: 1 }],
  ["}X\x01\0\0\x000K\x01s.", "{ '0': 1 }", { 0: 1 }],
])("keys that are whole numbers, or texts: %j", (pickle, _, want) => expect(load(pickle)).toEqual(want));

test.each<[string, string, Map<unknown, unknown>]>([
  ["negative numbers", "}J\xff\xff\xff\xffK\x01s.", new Map([[-1, 1]])],
  [
    "numbers and texts",
    "}(K\x00K\x01X\x01\0\0\x000K\x02u.",
    new Map<unknown, unknown>([
      [0, 1],
      ["0", 2],
    ]),
  ],
  ["truth values", "}\x88K\x01s.", new Map([[true, 1]])],
])("a dictionary of %s is a Map", (_, pickle, want) => expect(load(pickle)).toEqual(want));

describe("what the reader's own list allows", () => {
  test.each<[string, string, unknown]>([
    ["an OrderedDict", "ccollections\nOrderedDict\n)RX\x01\0\0\0aK\x01s.", { a: 1 }],
    ["an OrderedDict of pairs", "ccollections\nOrderedDict\n](]X\x01\0\0\0aaK\x01aee\x85R.", "an error"],
    ["a Counter", "ccollections\nCounter\n}K\x05K\x02s\x85R.", { 5: 2 }],
    ["a defaultdict", "ccollections\ndefaultdict\nc__builtin__\nlist\n\x85RX\x01\0\0\0a]s.", { a: [] }],
    ["a Size", "ctorch\nSize\n(K\x02K\x03t\x85R.", [2, 3]],
    ["a device", "ctorch\ndevice\nX\x04\0\0\0cudaK\x01\x86R.", "cuda:1"],
    ["a dtype", "ctorch\nbfloat16\n.", "bfloat16"],
    ["a layout", "ctorch.serialization\n_get_layout\nX\x0d\0\0\0torch.strided\x85R.", "strided"],
    ["bytes", "c_codecs\nencode\nX\x03\0\0\0a\xc3\xbfX\x06\0\0\0latin1\x86R.", Uint8Array.of(97, 255)],
    ["a frozen set", "cbuiltins\nfrozenset\n](K\x01K\x02e\x85R.", new Set([1, 2])],
    [
      "a scalar of NumPy's",
      "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\0\0\0f8\x89\x88\x87R(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tbC\x08\0\0\0\0\0\0\xf8?\x86R.",
      1.5,
    ],
  ])("%s", (_, pickle, want) => {
    if (want === "an error") expect(() => load(pickle)).toThrow(FormatError);
    else expect(load(pickle)).toEqual(want);
  });

  test.each([
    ["GLOBAL", "cposix\nsystem\n."],
    ["GLOBAL and a call", "cposix\nsystem\nX\x02\0\0\0ls\x85R."],
    ["STACK_GLOBAL", "\x8c\x05posix\x8c\x06system\x93."],
    ["INST", "(X\x02\0\0\0lsiposix\nsystem\n."],
    ["OBJ", "(cposix\nsystem\nX\x02\0\0\0lso."],
    ["NEWOBJ", "cposix\nsystem\n)\x81."],
  ])("other names are refused however they are given: %s", (_, pickle) => {
    expect(() => load(pickle)).toThrow("names posix.system, which is not read");
  });

  test.each([
    ["builtins", "eval"],
    ["__builtin__", "setattr"],
    ["collections", "namedtuple"],
    ["torch", "load"],
    ["torch.nn.modules.linear", "Linear"],
    ["__proto__", "constructor"],
    ["constructor", ""],
    ["toString", ""],
    ["torch._utils", "__proto__"],
  ])("%s.%s is not on it", (module, name) => {
    expect(() => load(`c${module}\n${name}\n.`)).toThrow(`names ${module}.${name}, which is not read`);
  });
});

describe("a pickle that cannot be is refused", () => {
  test.each<[string, string]>([
    ["", "cut off"],
    ["K", "cut off"],
    ["X\xff\xff\xff\xffabc.", "cut off"],
    ["\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "tells of 18446744073709551615 bytes"],
    ["\x8e\0\0\0\0\0\x10\0\0.", "cut off"],
    ["\x95\xff\0\0\0\0\0\0\0N.", "cut off"],
    ["\x8b\xff\xff\xff\x7f.", "an integer of 2147483647 bytes"],
    ["\x8b\xff\xff\xff\xff.", "an integer of -1 bytes"],
    [`L${repeat("9", 5000)}L\n.`, "a number of 5001 digits"],
    ["Ifoo\n.", '"foo" for an integer'],
    ["F1e\n.", '"1e" for a float'],
    ["X\x01\0\0\0\xff.", "not UTF-8"],
    ["Sabc\n.", "no quotes"],
    ["S'\\xff'\n.", "not UTF-8"],
    [".", "where there is none"],
    ["NN.", "more than one value"],
    ["(N.", "more than one value"],
    ["t.", "a mark that was not set"],
    ["h\x05.", "recalls value 5"],
    ["NK\x01a.", "appends to what is no list"],
    ["NK\x01K\x02s.", "no dictionary"],
    ["}(K\x01u.", "without a value"],
    ["}]K\x01s.", "a key of a dictionary"],
    ["NK\x01\x85R.", "calls what is no function"],
    ["ctorch\nSize\nNR.", "no tuple"],
    ["cbuiltins\nint\n)R.", "calls builtins.int, which is no function"],
    ["ccollections\nOrderedDict\n)RNb.", "sets attributes of what has none"],
    ["K\x01}b.", "sets attributes of what has none"],
    ["ctorch\nSize\n(J\xff\xff\xff\xfft\x85R.", "not whole numbers"],
    ["c_codecs\nencode\nX\x01\0\0\0aX\x06\0\0\0utf-16\x86R.", "arguments that it cannot have"],
    ["\x80\x09N.", "protocol 9"],
    ["\x82\x01.", "uses EXT1"],
    ["\x97.", "uses NEXT_BUFFER"],
    ["\xff.", "0xff is no instruction"],
    ["X\x01\0\0\0aQ.", "nothing is outside"],
  ])("%j: %s", (pickle, message) => {
    expect(() => load(pickle)).toThrow(FormatError);
    expect(() => load(pickle)).toThrow(message);
  });
});

describe("a pickle takes no more than a few times its size", () => {
  test("nesting is bounded, whichever way it is built", () => {
    expect(() => load(`${repeat("]", 5000)}${repeat("a", 4999)}.`)).toThrow("nested more than 1000 deep");
    expect(() => load(`N${repeat("\x85", 5000)}.`)).toThrow("nested more than 1000 deep");
    expect(() => load(`${repeat("}K\x01", 5000)}N${repeat("s", 5000)}.`)).toThrow("nested more than 1000 deep");
    expect(load(`${repeat("]", 900)}${repeat("a", 899)}.`)).toHaveLength(1);
  });

  test("a list that holds another a hundred times, forty levels deep, is as many lists", () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) => `](${repeat(`h${String.fromCharCode(i)}`, 100)}eq${String.fromCharCode(i + 1)}`,
    );
    const value = load(`(]q\0${levels.join("")}l.`) as unknown[];
    expect(value).toHaveLength(41);
    const last = value[40] as unknown[];
    expect(last).toHaveLength(100);
    expect(last[0]).toBe(last[99]);
  });

  test("a large value that is given to many calls is refused", () => {
    const text = `X\0\0\x10\0${repeat("a", 1 << 20)}q\0X\x06\0\0\0latin1q\x01`;
    const calls = repeat("c_codecs\nencode\nh\0h\x01\x86R0", 50);
    expect(() => load(`${text}${calls}00N.`)).toThrow("the same large values to very many calls");
  });

  test("very many containers are refused", () => {
    const few = "]".repeat(4000);
    expect(load(`(${few}l.`)).toHaveLength(4000);
    for (const code of ["]", "}", "\x8f", "\x85"])
      expect(() => load(`N(N${code.repeat(200_000)}l.`), code).toThrow("than a file of its size has");
    // Python notes each of them, and a file may hold other things besides.
    const noted = bytesOf(`(${"]\x94".repeat(200_000)}l.`);
    expect(load(noted)).toHaveLength(200_000);
    expect(unpickle(bytesOf(`(${"]".repeat(200_000)}l.`), hooks, { fileSize: 1e6 })).toHaveLength(200_000);
    const most = new Uint8Array(10_000_000).fill(0x5d);
    expect(() => unpickle(joined([bytesOf("("), most]), hooks)).toThrow("than a file of its size has");
  });

  test("what is noted out of order is recalled, and noted anew", () => {
    expect(load("K\x01r\xff\xff\xff\xff0K\x02q\x000K\x03q\x010K\x04q\x000(h\0h\x01j\xff\xff\xff\xfft.")).toEqual([
      4, 3, 1,
    ]);
    expect(load("K\x01p5\n0K\x02\x940(g5\nh\x01t.")).toEqual([1, 2]);
    for (const index of ["-1", "0.5", "7", "x"]) expect(() => load(`K\x01\x940g${index}\n.`)).toThrow("did not note");
  });

  test("values below a mark are not taken for those above it", () => {
    for (const pickle of ["K\x01(0K\x02.", "](a.", "K\x01(\x85.", "K\x01(2."])
      expect(() => load(pickle), pickle).toThrow(FormatError);
    expect(load("K\x01(00K\x02.")).toBe(2);
  });
});
