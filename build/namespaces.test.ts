import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findNamespaces, referToNamespaces } from "./namespaces.ts";

const folder = mkdtempSync(join(tmpdir(), "namespaces-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("finds what is exported as an object; an entry keeps its name", () => {
  mkdirSync(join(folder, "utils"));
  writeFileSync(
    join(folder, "index.ts"),
    'export * as utils from "./utils/index.ts";\nexport * as terms from "./terms.ts";\nexport * as other from "package";\n',
  );
  writeFileSync(join(folder, "utils", "index.ts"), 'export * as rnn from "./rnn.ts";\nexport * from "./plain.ts";\n');
  const found = findNamespaces(folder, { words: join(folder, "terms.ts") });
  expect(found.map(({ file }) => file)).toEqual([
    join(folder, "terms.ts"),
    join(folder, "utils", "index.ts"),
    join(folder, "utils", "rnn.ts"),
  ]);
  expect(found[0].name).toBe("words");
  expect(findNamespaces("packages/nn/src", {}).length).toBeGreaterThan(0);
});

test("refers to the files that they become", () => {
  const text = 'export * as rnn from "./rnn.ts";\nexport * from "./rnn.ts";\n';
  expect(referToNamespaces(text)).toBe('export * as rnn from "namespace:./rnn.ts";\nexport * from "./rnn.ts";\n');
});
