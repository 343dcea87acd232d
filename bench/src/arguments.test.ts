import { describe, expect, test } from "vitest";
import { ArgumentError, parseArguments } from "./arguments.ts";

const names = {
  works: ["classifier-32", "matmul-64", "matmul-128", "flops"],
  contenders: ["cresset-cpu", "pytorch", "cresset-wasm+scalar"],
};
const parse = (...args: string[]) => parseArguments(args, names);

describe("arguments", () => {
  test("nothing means everything", () => {
    expect(parse()).toEqual({ works: [], contenders: [], json: null, help: false });
  });

  test("--only takes works, contenders and families of works", () => {
    const { works, contenders, json } = parse("--only", "matmul", "pytorch", "flops", "--json", "out.json");
    expect(works).toEqual(["matmul-64", "matmul-128", "flops"]);
    expect(contenders).toEqual(["pytorch"]);
    expect(json).toBe("out.json");
  });

  test("--only may be given more than once, and names twice", () => {
    expect(parse("--only", "flops", "--only", "flops", "cresset-wasm+scalar")).toMatchObject({
      works: ["flops"],
      contenders: ["cresset-wasm+scalar"],
    });
  });

  test.each([
    [["--onyl", "flops"], /Unknown argument --onyl/],
    [["matmul-64"], /Unknown argument matmul-64/],
    [["--only"], /at least one name/],
    [["--only", "--json", "a"], /at least one name/],
    [["--only", "matmul-63"], /no work and no contender matmul-63[\s\S]*matmul-64/],
    [["--only", "mat"], /no work and no contender mat\./],
    [["--json"], /--json needs/],
    [["--json", "--only"], /--json needs/],
  ])("%j is an error that says why", (args, message) => {
    expect(() => parse(...args)).toThrow(ArgumentError);
    expect(() => parse(...args)).toThrow(message);
  });
});
