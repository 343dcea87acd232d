/** The loops that people write, over four operations; see `loops.test.ts`. */
import { backward } from "../autograd/backward.ts";
import * as m from "../graph/math.ts";
import { Value } from "../graph/node.ts";
import { operation } from "../graph/operation.ts";
import { tensorType } from "../graph/type.ts";
import { detach } from "../ops/shape/convert.ts";
import { currentDevice } from "../runtime/device.ts";
import { noGrad } from "../runtime/mode.ts";
import { Slot } from "../runtime/slot.ts";
import { call, callMany, tensorOf } from "../tensor/call.ts";
import { cloneOp } from "../tensor/clone.ts";
import { assign } from "../tensor/inplace.ts";
import { keepReturned } from "../tensor/keep.ts";
import { dataSync } from "../tensor/reading.ts";
import { commitStates } from "../tensor/states.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { insideModule } from "./inside-module.ts";

const addOp = operation("add", ([a, b]) => m.add(a, b));
const mulOp = operation("mul", ([a, b]) => m.mul(a, b));
const scaleOp = operation("scale", ([a], [c]) => m.mul(a, c));
const tanhOp = operation("tanh", ([a]) => m.tanh(a));
const gtOp = operation("gt", ([a, b]) => m.gt(a, b));
const sumOp = operation("sum", ([a]) => m.sum(a));

/** More than the runtime keeps unasked. */
export const big = 5000;
export const small = 4;

/** A host tensor of equal elements. */
export function filled(value: number, size: number): Tensor {
  const leaf = new Value(tensorType("float32", [size]), currentDevice(), null, 0);
  leaf.slot = new Slot(null, new Float32Array(size).fill(value), 4 * size);
  return tensorOf(leaf);
}

export const parameter = (value: number, size = big): Tensor => filled(value, size).requiresGrad_();
export const add = (a: Tensor, b: Tensor): Tensor => call(addOp, [a, b]);
export const mul = (a: Tensor, b: Tensor): Tensor => call(mulOp, [a, b]);
export const scale = (a: Tensor, c: number): Tensor => call(scaleOp, [a], [c + 1e-9]);
export const tanh = (a: Tensor): Tensor => call(tanhOp, [a]);
export const gt = (a: Tensor, b: Tensor): Tensor => call(gtOp, [a, b]);
export const sum = (a: Tensor): Tensor => call(sumOp, [a]);
export const clone = (a: Tensor): Tensor => call(cloneOp, [a]);
export const read = (a: Tensor): number => Number(dataSync(a)[0]);
export { backward, detach, noGrad };

export function module<T>(fn: () => T): T {
  const result = insideModule("net", fn);
  keepReturned(result);
  return result;
}

/** `target` becomes decay · target + (1 − decay) · value, in place. */
export function average(target: Tensor, value: Tensor, decay: number): void {
  noGrad(() => assign(target, add(scale(target, decay), scale(value, 1 - decay))));
}

const momentumStep = operation<{ count: number }>("sgd", (inputs, [lr], { count }) => {
  const momenta = inputs.slice(0, count).map((_, i) => m.add(m.mul(inputs[2 * count + i], 0.9), inputs[count + i]));
  return [...momenta.map((v, i) => m.sub(inputs[i], m.mul(lr, v))), ...momenta];
});

/** Gradient descent with momentum, one node per step. */
export function sgd(parameters: readonly Tensor[], lr: number): { zeroGrad(): void; step(): void } {
  const momenta = new Map<Tensor, Tensor>();
  return {
    zeroGrad: () => {
      for (const p of parameters) p.grad = null;
    },
    step: () => {
      const active = parameters.filter((p) => p.grad !== null);
      const grads = active.map((p) => p.grad as Tensor);
      const states = active.map((p) => momenta.get(p) ?? filled(0, p.numel()));
      for (const [i, p] of active.entries()) momenta.set(p, states[i]);
      const results = insideModule("step", () =>
        noGrad(() => callMany(momentumStep, [...active, ...grads, ...states], [lr], { count: active.length })),
      );
      commitStates([...active, ...states].map((tensor, i) => ({ tensor, value: results[i].value })));
    },
  };
}
