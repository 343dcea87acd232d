import { beforeAll, expect, test } from "vitest";
import { TraceError } from "../errors.ts";
import { manualSeed, noGrad, rand, randperm } from "../functions.ts";
import * as torch from "../index.ts";
import { deviceStatistics } from "../runtime/device.ts";
import { useCpu } from "../testing/cpu.ts";
import { commitStates } from "./states.ts";
import { readValue, traced } from "./traced.ts";

const { tensor } = torch;

beforeAll(useCpu);

test("a program gives its graph and computes nothing", async () => {
  const x = tensor([1, 2]);
  const { runs } = deviceStatistics("cpu");
  const { result, before } = traced([x], () => x.mul(2).add(1));
  expect(deviceStatistics("cpu").runs).toBe(runs);
  const node = result.value.node;
  expect(node?.template.operation.name).toBe("add");
  expect(node?.inputs[0].node?.inputs[0]).toBe(before[0]);
  expect([...(await readValue(before[0]))]).toEqual([1, 2]);
});

test("what it writes is undone: in place, as states, gradients", () => {
  const weight = tensor([1, 2], { requiresGrad: true });
  const running = tensor([0]);
  const other = tensor([5]);
  weight.mul(3).sum().backward();
  const gradient = weight.grad;
  const { after, before } = traced([weight, running], () => {
    weight.grad = null;
    weight.mul(weight).sum().backward();
    noGrad(() => running.add_(1));
    other.add_(1);
    commitStates([{ tensor: weight, value: noGrad(() => weight.sub(weight.grad ?? 0)).value }]);
  });
  expect(after[0]).not.toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(weight.grad).toBe(gradient);
  expect([weight, running, other].map((each) => each.tolistSync())).toEqual([[1, 2], [0], [5]]);
  weight.mul(weight).sum().backward();
  expect(weight.grad?.tolistSync()).toEqual([5, 7]);
  commitStates([{ tensor: weight, value: noGrad(() => weight.sub(1)).value }]);
  expect(weight.tolistSync()).toEqual([0, 1]);
});

test("what was pending before stays pending, and is computed as ever", () => {
  const x = tensor([1]);
  const pending = x.add(1);
  const written = tensor([1]);
  written.add_(1);
  traced([x], () => {
    written.add_(5);
    return pending.mul(2);
  });
  expect(pending.itemSync()).toBe(2);
  expect(written.itemSync()).toBe(2);
});

test("random numbers are drawn again", () => {
  manualSeed(0);
  const { result, sources, random } = traced([], () => rand([3]));
  expect([sources.get(result.value), random]).toEqual([{ kind: "uniform" }, false]);
  expect(traced([], () => randperm(3)).random).toBe(true);
  const drawn = rand([3]).tolistSync();
  manualSeed(0);
  expect(drawn).toEqual(rand([3]).tolistSync());
  expect(traced([], () => tensor([1])).random).toBe(false);
});

test("reading what would have to be computed is refused, and leaves everything usable", () => {
  const x = tensor([1]);
  expect(() => traced([x], () => x.add(1).itemSync())).toThrow(TraceError);
  expect(() => traced([x], () => x.add(1).itemSync())).toThrow("the result of add of shape [1] was read while");
  expect(() => traced([x], () => x.itemSync())).toThrow("a value of shape [1] was read while");
  expect(() => traced([x], () => torch.linalg.inv(x.reshape([1, 1])))).toThrow(TraceError);
  expect(traced([], () => x.itemSync()).result).toBe(1);
  expect(() => traced([x.add(1)], () => 0)).toThrow("is pending: read it before");
  expect(() => traced([], async () => 0)).toThrow("must not return a promise");
  expect(() => traced([], () => traced([], () => 0))).toThrow("cannot trace another one");
  expect(x.add(1).itemSync()).toBe(2);
});
