import { build } from "esbuild";
import { expect, test } from "vitest";
import { plainNamespaces } from "./plain-namespaces.ts";

const modules: Readonly<Record<string, string>> = {
  main: 'export * as shapes from "shapes"; export { square } from "shapes"; export const last = 1;',
  shapes:
    'export * as round from "round"; export function square(x) { return x * x; } export const cube = (x) => x * square(x);',
  round: "const pi = 3; export { pi, pi as halfTurn };",
};

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: modules[entry] },
    bundle: true,
    format: "esm",
    write: false,
    plugins: [
      {
        name: "modules",
        setup(build) {
          build.onResolve({ filter: /^\w+$/ }, ({ path }) => ({ path, namespace: "module" }));
          build.onLoad({ filter: /.*/, namespace: "module" }, ({ path }) => ({ contents: modules[path] }));
        },
      },
    ],
  });
  return outputFiles[0].text;
}

test("namespaces have values for properties, whatever lies inside another", async () => {
  const code = await bundled("main");
  const plain = plainNamespaces(code);
  expect(code).toContain("=> square");
  expect(plain).not.toContain("=> square");
  const loaded = await import(`data:text/javascript,${encodeURIComponent(plain)}`);
  const { shapes } = loaded;
  expect(Object.keys(shapes).sort()).toEqual(["cube", "round", "square"]);
  expect(shapes.square).toBe(loaded.square);
  expect(Object.getOwnPropertyDescriptor(shapes, "cube")).toMatchObject({ enumerable: true, value: shapes.cube });
  expect([shapes.cube(2), shapes.round.halfTurn, loaded.last]).toEqual([8, 3, 1]);
});

test("lines stay where they were", async () => {
  const code = await bundled("main");
  const lineOf = (text: string): number => text.split("\n").findIndex((line) => line.startsWith("function square"));
  expect(lineOf(plainNamespaces(code))).toBe(lineOf(code));
});

test("a file without namespaces is left alone", async () => {
  const code = await bundled("round");
  expect(plainNamespaces(code)).toBe(code);
});
