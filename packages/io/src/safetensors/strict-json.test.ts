import { describe, expect, test } from "vitest";
import { below, mutate, oneOf, randomFrom } from "../fuzz/mutate.ts";
import { JsonNames } from "./json-names.ts";
import { JsonWalk } from "./strict-json.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What JSON holds, by going through it. */
function parsed(text: Uint8Array): unknown {
  const walk = new JsonWalk(text, "it");
  const value = (): unknown => {
    if (walk.begins("{")) {
      const found: [string, unknown][] = [];
      walk.object((name) => found.push([walk.text(name), value()]));
      return Object.fromEntries(found);
    }
    const items: unknown[] = [];
    if (!walk.begins("[")) return walk.scalar();
    walk.array(() => items.push(value()));
    return items;
  };
  const found = value();
  walk.end();
  return found;
}

const texts = [
  '{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b" : [ ] ,"c":{}}',
  '{"\\u00e9\\n\\"\\\\/\\/":"é日😀\\ud83d\\ude00","x":[1,-2,0.5e-3,true,false,null,1234567890123456]}',
];

describe("going through JSON", () => {
  test.each(texts)("%s", (text) => {
    expect(parsed(bytes(text))).toEqual(JSON.parse(text));
  });

  test("takes nothing that JSON.parse does not", () => {
    let [taken, refused] = [0, 0];
    for (let seed = 1; seed <= 4000; seed++) {
      const random = randomFrom(seed);
      const text = mutate(bytes(oneOf(random, texts)), random, bytes(oneOf(random, texts)));
      let found: unknown;
      try {
        found = parsed(text);
      } catch (error) {
        expect(String(error)).toMatch(/^FormatError: it /);
        refused++;
        continue;
      }
      taken++;
      expect(found).toEqual(JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(text)));
    }
    expect(taken).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(1000);
  });
});

test("a name is known however it is written", () => {
  const random = randomFrom(3);
  const letters = ["a", "b", '"', "\n", "é", "ÿ", "日", "😀", "\u0000"];
  /** A text in quotes, some of its characters escaped. */
  const written = (text: string): string => {
    const units = [...text].map((letter) => {
      if (random() < 0.6) return JSON.stringify(letter).slice(1, -1);
      const codes = Array.from({ length: letter.length }, (_, i) => letter.charCodeAt(i));
      return codes.map((code) => `\\u${code.toString(16).padStart(4, "0")}`).join("");
    });
    return `"${units.join("")}"`;
  };
  const names = Array.from({ length: 3000 }, () => Array.from({ length: below(random, 5) }, () => oneOf(random, letters)).join("")); // biome-ignore format: one formula
  const parts = names.map((name) => bytes(written(name)));
  const all = bytes(parts.map((part) => new TextDecoder().decode(part)).join(""));
  const [found, known] = [new JsonNames(all), new Set<string>()];
  const places: number[] = [];
  let at = 0;
  for (const [i, name] of names.entries()) {
    expect(found.add(at + 1)).toBe(!known.has(name));
    if (!known.has(name)) places.push(at + 1);
    known.add(name);
    at += parts[i].length;
  }
  expect(known.size).toBeGreaterThan(500);
  expect([...found.places()]).toEqual(places);
});
