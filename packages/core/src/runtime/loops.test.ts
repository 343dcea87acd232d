/**
 * Twenty loops that people write. Each must compile a bounded number of programs, recompute next to nothing, and read
 * the right values; the counts are those of the executable model that the rules were tried on, or better.
 */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nullBackend } from "../backend/null.ts";
import { StaleValueError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { useCpu } from "../testing/cpu.ts";
import * as L from "../testing/loops.ts";
import { currentDevice, registerBackend, setDefaultDevice } from "./device.ts";

const steps = 40;

interface Options {
  before?: boolean;
  after?: boolean;
  accuracy?: boolean;
  push?: boolean;
  running?: boolean;
  ema?: boolean;
  statistics?: boolean;
  best?: boolean;
  bestPrediction?: boolean;
  largePrediction?: boolean;
  stash?: "each" | "last";
  gradNorm?: boolean;
  everyTenth?: boolean;
  frozen?: boolean;
}

/** A network of one hidden unit, trained on sin → cos, with what each loop does around it. */
function training(o: Options): (read: (t: Tensor) => number) => number[] {
  return (read) => {
    const w1 = L.parameter(0.3);
    const w2 = L.parameter(-0.2);
    const b = L.parameter(0.1);
    if (o.frozen) w1.requiresGrad_(false);
    const runningMean = L.filled(0, L.big);
    const ema = L.filled(0.3, L.big);
    let stash: Tensor | undefined;
    const forward = (x: Tensor): Tensor =>
      L.module(() => {
        const z = L.add(L.mul(x, w1), b);
        const h = L.tanh(z);
        stash = h;
        if (o.statistics) L.average(runningMean, z, 0.9);
        const y = L.mul(h, w2);
        return o.largePrediction ? y : L.sum(y);
      });
    const optimizer = L.sgd(o.frozen ? [w2, b] : [w1, w2, b], 0.00001);
    const losses: Tensor[] = [];
    const seen: number[] = [];
    let running = L.filled(0, 1);
    let best: Tensor | undefined;
    let bestPrediction: Tensor | undefined;
    for (let i = 0; i < steps; i++) {
      const x = L.filled(Math.sin(i), L.big);
      const target = L.filled(Math.cos(i), o.largePrediction ? L.big : 1);
      const prediction = forward(x);
      const loss = L.module(() => {
        const d = L.add(prediction, L.scale(target, -1));
        const squared = L.mul(d, d);
        return o.largePrediction ? L.sum(squared) : squared;
      });
      if (o.before || (o.everyTenth && i % 10 === 0)) seen.push(read(loss));
      optimizer.zeroGrad();
      L.backward(loss);
      optimizer.step();
      if (o.after) seen.push(read(loss));
      if (o.accuracy) seen.push(read(L.gt(prediction, target)));
      if (o.push) losses.push(loss);
      if (o.running) running = L.add(running, L.detach(loss));
      if (o.ema) L.average(ema, w1, 0.99);
      if (o.best && i === 7) best = L.clone(w1);
      if (o.bestPrediction && i === 7) bestPrediction = prediction;
      if (o.stash === "each" && stash) seen.push(read(stash));
      if (o.gradNorm && i % 10 === 0) seen.push(read(L.sum(L.mul(w1.grad as Tensor, w1.grad as Tensor))));
    }
    for (const loss of losses) seen.push(read(loss));
    for (const t of [running, ema, runningMean, best, bestPrediction, o.stash ? stash : undefined, w1])
      if (t) seen.push(read(t));
    return seen;
  };
}

function truncatedBackpropagation(read: (t: Tensor) => number): number[] {
  const w1 = L.parameter(0.3);
  const w2 = L.parameter(-0.2);
  const b = L.parameter(0.1);
  const optimizer = L.sgd([w1, w2, b], 0.00001);
  let h = L.filled(0, L.big);
  for (let i = 0; i < steps; i++) {
    const x = L.filled(Math.sin(i), L.big);
    h = L.detach(h);
    const before = h;
    const [out, next] = L.module(() => {
      const hidden = L.tanh(L.add(L.mul(x, w1), L.mul(before, b)));
      return [L.mul(hidden, w2), hidden] as const;
    });
    h = next;
    const loss = L.module(() => L.sum(L.mul(out, out)));
    optimizer.zeroGrad();
    L.backward(loss);
    optimizer.step();
  }
  return [read(h), read(w1)];
}

function accumulation(read: (t: Tensor) => number): number[] {
  const w1 = L.parameter(0.3);
  const w2 = L.parameter(-0.2);
  const optimizer = L.sgd([w1, w2], 0.00001);
  for (let i = 0; i < steps * 4; i++) {
    const x = L.filled(Math.sin(i), L.big);
    const loss = L.module(() => {
      const h = L.mul(L.tanh(L.mul(x, w1)), w2);
      return L.sum(L.mul(h, h));
    });
    L.backward(loss);
    if (i % 4 === 3) {
      optimizer.step();
      optimizer.zeroGrad();
    }
  }
  return [read(w1)];
}

function adversarial(read: (t: Tensor) => number): number[] {
  const g = L.parameter(0.4);
  const d = L.parameter(0.3);
  const ofG = L.sgd([g], 0.00001);
  const ofD = L.sgd([d], 0.00001);
  const generate = (z: Tensor): Tensor => L.module(() => L.tanh(L.mul(z, g)));
  const judge = (x: Tensor): Tensor => L.module(() => L.tanh(L.mul(x, d)));
  const seen: number[] = [];
  for (let i = 0; i < steps; i++) {
    const fake = generate(L.filled(Math.sin(i), L.big));
    const a = judge(L.filled(Math.cos(i), L.big));
    const b = judge(L.detach(fake));
    const lossD = L.module(() => L.sum(L.add(L.mul(a, a), L.mul(b, b))));
    ofD.zeroGrad();
    L.backward(lossD);
    ofD.step();
    const q = judge(fake);
    const lossG = L.module(() => L.sum(L.mul(q, q)));
    ofG.zeroGrad();
    L.backward(lossG);
    ofG.step();
    if (i % 5 === 0) seen.push(read(lossD), read(lossG));
  }
  return [...seen, read(g), read(d)];
}

function evaluationLoop(read: (t: Tensor) => number): number[] {
  const w1 = L.parameter(0.3);
  const w2 = L.parameter(-0.2);
  const b = L.parameter(0.1);
  const seen: number[] = [];
  L.noGrad(() => {
    for (let i = 0; i < steps; i++) {
      const x = L.filled(Math.sin(i), L.big);
      const y = L.filled(0.1, L.big);
      const out = L.module(() => L.mul(L.tanh(L.add(L.mul(x, w1), b)), w2));
      seen.push(read(L.sum(L.mul(out, out))), read(L.sum(L.mul(L.gt(out, y), L.gt(out, y)))));
    }
  });
  return seen;
}

/** Compilations and recomputed nodes: what the model counts. */
const programs: [string, (read: (t: Tensor) => number) => number[], { compilations: number; recomputed: number }][] = [
  ["usual: item() before backward", training({ before: true }), { compilations: 2, recomputed: 0 }],
  ["item() after step", training({ after: true }), { compilations: 1, recomputed: 0 }],
  ["never read, then read weights", training({}), { compilations: 1, recomputed: 0 }],
  ["accuracy from the prediction after step", training({ accuracy: true }), { compilations: 2, recomputed: 0 }],
  ["losses.push(loss), read at the end", training({ push: true }), { compilations: 1, recomputed: 0 }],
  ["running = running + loss.detach()", training({ running: true }), { compilations: 2, recomputed: 0 }],
  ["moving average after step, read at the end", training({ ema: true }), { compilations: 3, recomputed: 0 }],
  ["running statistics, read at the end", training({ statistics: true }), { compilations: 1, recomputed: 0 }],
  ["best weights = clone at step 7", training({ best: true }), { compilations: 2, recomputed: 0 }],
  ["best prediction (small) at step 7", training({ bestPrediction: true }), { compilations: 1, recomputed: 0 }],
  ["hidden value stashed, read after every step", training({ stash: "each" }), { compilations: 3, recomputed: 3 }],
  ["hidden value stashed, only the last read", training({ stash: "last" }), { compilations: 2, recomputed: 3 }],
  ["gradient norm after step, every 10th", training({ gradNorm: true }), { compilations: 4, recomputed: 14 }],
  ["item() every 10th, before backward", training({ everyTenth: true }), { compilations: 3, recomputed: 0 }],
  ["truncated backpropagation", truncatedBackpropagation, { compilations: 4, recomputed: 8 }],
  ["gradient accumulation over 4", accumulation, { compilations: 3, recomputed: 0 }],
  ["two optimizers against each other", adversarial, { compilations: 7, recomputed: 23 }],
  ["evaluation loop, two reads of one forward", evaluationLoop, { compilations: 4, recomputed: 4 }],
  ["frozen first layer", training({ frozen: true }), { compilations: 1, recomputed: 0 }],
];

describe("programs and recomputations", () => {
  beforeEach(async () => {
    await registerBackend(nullBackend());
    setDefaultDevice("null");
  });

  test.each(programs)("%s", (_, program, expected) => {
    const reads: number[] = [];
    program((t) => {
      reads.push(L.read(t));
      return 0;
    });
    const { compilations, recomputed } = currentDevice().statistics;
    expect({ compilations, recomputed }).toSatisfy(
      (got: typeof expected) => got.compilations <= expected.compilations && got.recomputed <= expected.recomputed,
      `at most ${JSON.stringify(expected)}`,
    );
  });
});

describe("values", () => {
  beforeAll(useCpu);

  test.each(programs)("%s: the same as when every operation is computed at once", async (_, program) => {
    const { setEvaluation } = await import("./mode.ts");
    const lazy = program(L.read);
    setEvaluation("eager");
    try {
      expect(lazy).toEqual(program(L.read));
    } finally {
      setEvaluation("lazy");
    }
  });

  test("a large prediction of an old step is stale, and the error says what to do", () => {
    expect(() => training({ bestPrediction: true, largePrediction: true })(L.read)).toThrow(StaleValueError);
    expect(() => training({ bestPrediction: true, largePrediction: true })(L.read)).toThrow(/detach\(\)/);
  });
});
