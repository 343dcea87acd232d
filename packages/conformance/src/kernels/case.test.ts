import { cpu } from "@cresset/backend-cpu";
import type { Backend, HostArray } from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { failureOf, isFor, kernelCases } from "./index.ts";

const names = kernelCases.map(({ name }) => name);

test("no two cases have one name", () => {
  expect(new Set(names).size).toBe(names.length);
});

test("there are cases of every kind of kernel", () => {
  expect(new Set(kernelCases.map(({ kernel }) => kernel.kind))).toEqual(
    new Set(["loop", "contraction", "scatter", "scan", "sort"]),
  );
});

describe("failureOf", () => {
  /** One bit of the last element that a program has written is wrong. */
  function broken(inner: Backend): Backend {
    return {
      ...inner,
      read: async (buffer) => {
        const array: HostArray = (await inner.read(buffer)).slice();
        const bytes = new Uint8Array(array.buffer);
        if (bytes.length > 0) bytes[bytes.length - 1] ^= array instanceof BigInt64Array ? 1 : 0x40;
        return array;
      },
    };
  }

  test.each(kernelCases)("sees one wrong bit: $name", async (one) => {
    expect(await failureOf(broken(cpu()), one)).toMatch(/^operand \d, element \d+: .+ instead of .+$/);
  });

  test("says when a program fails", async () => {
    const backend: Backend = { ...cpu(), run: () => 3 };
    expect(await failureOf(backend, kernelCases[0])).toBe("the program ended with status 3");
  });
});

test("a case is not for a backend without its dtype", () => {
  const without = { ...cpu(), dtypes: new Set(["float32"] as const) };
  expect(kernelCases.filter((one) => isFor(without, one)).length).toBeLessThan(kernelCases.length);
});
