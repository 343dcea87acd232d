/**
 * Every operation of the catalogue on other dtypes, on nothing, on scalars, on NaN and infinities: it gives the same bits from
 * views and when evaluated at once, the same values on wasm, and refuses with an error of its own or not at all. Values are
 * PyTorch's where it is installed (pytorch.test.ts).
 */
import { wasm } from "@cresset/backend-wasm";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import "../../../index.ts";
import { registerBackend } from "../../../runtime/device.ts";
import { setEvaluation } from "../../../runtime/mode.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { useCpu } from "../../../testing/cpu.ts";
import { stack } from "../../shape/join.ts";
import { select } from "../../shape/slice.ts";
import { closeTo } from "./close.ts";
import { type Try, tries } from "./index.ts";
import { outcomeOf } from "./outcome.ts";
import { tensorOf } from "./sample.ts";
import { type Filled, variantOf, variants } from "./variants.ts";

beforeAll(async () => {
  await useCpu();
  await registerBackend(wasm());
});
afterEach(() => setEvaluation("lazy"));

const plain = ({ values, shape, dtype }: Filled): Tensor => tensorOf(values, shape, dtype);
const onWasm = ({ values, shape, dtype }: Filled): Tensor => tensorOf(values, shape, dtype, "wasm");
/** Every second element of a larger tensor. */
const strided = (filled: Filled): Tensor => {
  const x = plain(filled);
  return select(stack([x, x], -1), -1, 1);
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
    expect(await outcomeOf(one, operands.map(plain)), "evaluated at once").toEqual(want);
    setEvaluation("lazy");
  }
  if (layouts && one.ofStorage === undefined) {
    expect(await outcomeOf(one, operands.map(strided)), "strided").toEqual(want);
    expect(await outcomeOf(one, operands.map(transposed)), "transposed").toEqual(want);
  }
  expect(await outcomeOf(one, operands.map(onWasm)), "on wasm").toEqual(closeTo(want));
}

describe.each(Object.keys(variants))("%s", (name) => {
  const applicable = tries.flatMap((one) => {
    const operands = variantOf(one.sample, name);
    return operands === null || operands.length === 0 ? [] : [{ ...one, one, operands }];
  });
  test.each(applicable)("$name", ({ one, operands }) => check(one, operands, withLayouts.has(name)));
});
