/** Values that are read long after the parameters they were computed from have moved on. */
import { beforeAll, describe, expect, test } from "vitest";
import { StaleValueError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import "../tensor/methods.ts";
import { useCpu } from "../testing/cpu.ts";
import * as L from "../testing/loops.ts";
import { currentDevice } from "./device.ts";
import { setEvaluation } from "./mode.ts";

const steps = 12;

/** Scores of every step, read at the end; the prediction they come from is large and was interior to the loss. */
function scores(readLoss: boolean): number[] {
  const w = L.parameter(0.3);
  const optimizer = L.sgd([w], 0.001);
  const kept: Tensor[] = [];
  for (let i = 0; i < steps; i++) {
    const x = L.filled(Math.sin(i), L.big);
    const prediction = L.module(() => L.mul(L.tanh(L.mul(x, w)), w));
    const loss = L.module(() => L.sum(L.mul(prediction, prediction)));
    if (readLoss) L.read(loss);
    kept.push(L.sum(L.scale(prediction, 0.5)));
    optimizer.zeroGrad();
    L.backward(loss);
    optimizer.step();
  }
  return kept.map(L.read);
}

/** Losses of micro-batches, read at the end. */
function accumulatedLosses(): number[] {
  const w = L.parameter(0.3);
  const optimizer = L.sgd([w], 0.001);
  const losses: Tensor[] = [];
  for (let i = 0; i < steps; i++) {
    const x = L.filled(Math.sin(i), L.big);
    const loss = L.module(() => L.sum(L.tanh(L.mul(x, w))));
    L.backward(loss);
    losses.push(loss);
    if (i % 4 === 3) {
      optimizer.step();
      optimizer.zeroGrad();
    }
  }
  return losses.map(L.read);
}

/** A tensor that is written in place and only used by something else, again and again. */
function writtenAndUsed(): number[] {
  const seen: number[] = [];
  for (let i = 0; i < steps; i++) {
    const mask = L.filled(i, L.big);
    L.average(mask, L.filled(1, L.big), 0.5);
    seen.push(L.read(L.sum(mask)));
  }
  return seen;
}

describe("late reads", () => {
  beforeAll(useCpu);

  test.each([
    ["scores of a prediction, its loss read before", () => scores(true)],
    ["scores of a prediction, its loss never read", () => scores(false)],
    ["losses of accumulated micro-batches", accumulatedLosses],
    ["written in place and used", writtenAndUsed],
  ])("%s", (_, program) => {
    const lazy = program();
    setEvaluation("eager");
    try {
      expect(lazy).toEqual(program());
    } finally {
      setEvaluation("lazy");
    }
  });

  test("what cannot be computed any more fails where it is read, not in later steps", () => {
    const w = L.parameter(0.5);
    const optimizer = L.sgd([w], 0.001);
    const predictions: Tensor[] = [];
    let difference: Tensor | undefined;
    for (let i = 0; i < 8; i++) {
      predictions.push(L.module(() => L.tanh(L.mul(L.filled(i, L.big), w))));
      const loss = L.module(() => L.sum(L.mul(predictions[i], predictions[i])));
      if (i === 6) difference = L.sum(L.mul(predictions[1], w));
      optimizer.zeroGrad();
      L.backward(loss);
      optimizer.step();
    }
    expect(Number.isFinite(L.read(w))).toBe(true);
    expect(() => L.read(difference as Tensor)).toThrow(StaleValueError);
  });

  test("a read gives what was there when it began, whatever happens while it waits", async () => {
    const w = L.parameter(1);
    const optimizer = L.sgd([w], 0.5);
    const step = (): void => {
      optimizer.zeroGrad();
      L.backward(L.sum(w));
      optimizer.step();
    };
    step();
    const expected = L.read(w);
    const until = performance.now() + 60;
    while (performance.now() < until);
    const waiting = w.data();
    for (let i = 0; i < 3; i++) step();
    expect((await waiting)[0]).toBe(expected);
    expect(L.read(w)).toBeLessThan(expected);
  });

  test("a storage that was computed on the way is no longer pending", () => {
    const before = currentDevice().dirty.list.length;
    writtenAndUsed();
    expect(currentDevice().dirty.list.length).toBe(before);
  });
});
