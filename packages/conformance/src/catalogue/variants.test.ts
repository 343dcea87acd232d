/**
 * Every operation of the catalogue on other dtypes, on nothing, on scalars, on NaN and infinities: it gives the same bits from
 * views and when evaluated at once, the same values on wasm, and refuses with an error of its own or not at all. Values are
 * PyTorch's where it is installed (pytorch.test.ts).
 */
import { tensorOf } from "@cresset/core/catalogue";
import { setDefaultDevice, setEvaluation, stack, type Tensor } from "cresset";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { differs } from "./differs.ts";
import { outcomeOf } from "./outcome.ts";
import { type Try, tries } from "./tries.ts";
import { type Filled, variantOf, variants } from "./variants.ts";

beforeEach(() => setDefaultDevice("cpu"));
afterEach(() => setEvaluation("lazy"));

const plain = ({ values, shape, dtype }: Filled): Tensor => tensorOf(values, shape, dtype);
/** Every second element of a larger tensor. */
const strided = (filled: Filled): Tensor => {
  const x = plain(filled);
  return stack([x, x], -1).select(-1, 1);
};
/** Dimensions in the other order. */
const transposed = (filled: Filled): Tensor => {
  const order = filled.shape.map((_, d) => d).reverse();
  return plain(filled).permute(order).contiguous().permute(order);
};

/** Where elements lie, and when they are computed, has nothing to do with their dtype. */
const withLayouts: ReadonlySet<string> = new Set(["float64", "empty", "special"]);

async function check(one: Try, operands: readonly Filled[], layouts: boolean): Promise<void> {
  const want = await outcomeOf(one, operands.map(plain));
  if (layouts) {
    setEvaluation("eager");
    expect(differs(await outcomeOf(one, operands.map(plain)), want, "equal"), "evaluated at once").toBeNull();
    setEvaluation("lazy");
  }
  if (layouts && one.record.ofStorage === undefined) {
    expect(differs(await outcomeOf(one, operands.map(strided)), want, "equal"), "strided").toBeNull();
    expect(differs(await outcomeOf(one, operands.map(transposed)), want, "equal"), "transposed").toBeNull();
  }
  setDefaultDevice("wasm");
  expect(differs(await outcomeOf(one, operands.map(plain)), want, "close"), "on wasm").toBeNull();
}

describe.each(Object.keys(variants))("%s", (name) => {
  const applicable = tries.flatMap((one) => {
    const operands = variantOf(one.sample, name);
    return operands === null ? [] : [{ ...one, one, operands }];
  });
  test.each(applicable)("$name", ({ one, operands }) => check(one, operands, withLayouts.has(name)));
});
