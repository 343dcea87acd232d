import { describe, expect, test } from "vitest";
import { parseArguments } from "./arguments.ts";

describe("parseArguments", () => {
  test("defaults", () => {
    expect(parseArguments(["--backend", "cpu"])).toEqual({
      backend: "cpu",
      options: {},
      runtime: "node",
      data: undefined,
      files: undefined,
      catalogue: false,
      areas: [],
      cases: [],
      json: undefined,
    });
  });

  test("lists by repeating the flag or its values, and options typed", () => {
    const args =
      "--backend ./b.js --option a=1 b=true --option c=x=y --area unary binary --area rng --case e2e/*".split(" ");
    const { options, areas, cases, backend } = parseArguments(args);
    expect(options).toEqual({ a: 1, b: true, c: "x=y" });
    expect(areas).toEqual(["unary", "binary", "rng"]);
    expect([backend, cases]).toEqual(["./b.js", ["e2e/*"]]);
  });

  test("files need no backend", () => {
    expect(parseArguments(["--files", "there"])).toMatchObject({ files: "there", backend: "cpu" });
    expect(parseArguments(["--files", "there", "--backend", "wasm"]).backend).toBe("wasm");
  });

  test("the catalogue is run instead of cases", () => {
    expect(parseArguments(["--backend", "wasm", "--catalogue", "--case", "sum*"])).toMatchObject({
      backend: "wasm",
      catalogue: true,
      cases: ["sum*"],
    });
  });

  test.each([
    ["--backend cpu --catalogue --runtime chromium", "--catalogue cannot be run in chromium"],
    ["--files a --runtime chromium", "--files cannot be read in chromium"],
    ["--area unary", "no --backend given"],
    ["--backend cpu --colour red", "unknown argument --colour"],
    ["cpu", 'unexpected argument "cpu"'],
    ["--backend cpu --area", "--area needs a value"],
    ["--backend --area unary", "--backend needs a value"],
    ["--backend cpu wasm", "--backend is given 2 values"],
    ["--backend cpu --runtime bun", 'unknown runtime "bun"'],
    ["--backend cpu --option fast", "--option takes key=value"],
  ])("%s: %s", (line, message) => {
    expect(() => parseArguments(line.split(" "))).toThrow(message);
  });
});
