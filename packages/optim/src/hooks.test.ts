/** A user's own optimizer, and hooks around steps. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as optim from "./index.ts";

beforeAll(() => torch.registerBackend(cpu()));

interface Options {
  lr: number;
}

class OwnSGD extends optim.Optimizer<Options> {
  constructor(params: optim.Params<Options>, { lr = 0.5 }: Partial<Options> = {}) {
    super(params, { lr });
  }

  step(): string {
    torch.noGrad(() => {
      for (const { params, lr } of this.paramGroups) {
        for (const p of params) {
          if (p.grad === null) continue;
          const state = this.stateOf(p);
          state.step = Number(state.step ?? 0) + 1;
          p.sub_(p.grad.mul(lr));
        }
      }
    });
    return "stepped";
  }
}

const parameter = () => {
  const p = torch.tensor([1, 2], { requiresGrad: true });
  p.sum().backward();
  return p;
};

test("a class of one's own steps, schedules, saves and loads", () => {
  const p = parameter();
  const optimizer = new OwnSGD([{ params: [p], lr: 0.25 }]);
  const scheduler = new optim.lrScheduler.StepLR(optimizer, 1, { gamma: 0.5 });
  expect(optimizer.step()).toBe("stepped");
  scheduler.step();
  optimizer.step();
  expect(p.tolistSync()).toEqual([0.625, 1.625]);
  expect(optimizer).toBeInstanceOf(optim.Optimizer);
  const other = new OwnSGD([parameter()]);
  other.loadStateDict(optimizer.stateDict());
  expect([other.paramGroups[0].lr, other.stateDict().state]).toEqual([0.125, { 0: { step: 2 } }]);
});

test("every optimizer is an `Optimizer`, as in PyTorch", () => {
  const p = parameter();
  for (const one of [new optim.SGD([p], { lr: 1 }), new optim.Adam([p]), new optim.LBFGS([p])])
    expect(one).toBeInstanceOf(optim.Optimizer);
});

test("hooks run before and after a step, in order, until they are removed", () => {
  const p = parameter();
  const optimizer = new optim.SGD([p], { lr: 1 });
  const seen: string[] = [];
  optimizer.registerStepPreHook(
    (self, args) => void seen.push(`${self === optimizer} ${args.length} ${p.tolistSync()}`),
  );
  const second = optimizer.registerStepPreHook(() => void seen.push("second"));
  optimizer.registerStepPostHook(() => void seen.push(`after ${p.tolistSync()}`));
  optimizer.step();
  second.remove();
  optimizer.step(() => p.sum());
  expect(seen).toEqual(["true 0 1,2", "second", "after 0,1", "true 1 0,1", "after -1,0"]);
});

test("a hook before a step may give it other arguments", () => {
  const optimizer = new optim.SGD([parameter()], { lr: 1 });
  optimizer.registerStepPreHook(() => [() => "another loss"]);
  expect(optimizer.step(() => "a loss")).toBe("another loss");
});

test("after a step that takes time, hooks run when it has ended", async () => {
  const p = torch.tensor([1, 2], { requiresGrad: true });
  const optimizer = new optim.LBFGS([p], { lr: 1 });
  const seen: unknown[] = [];
  optimizer.registerStepPostHook(() => void seen.push(p.tolistSync()));
  const done = optimizer.step(() => {
    optimizer.zeroGrad();
    const loss = p.mul(p).sum();
    loss.backward();
    return loss;
  });
  expect(seen).toEqual([]);
  await done;
  expect(seen).toEqual([p.tolistSync()]);
});
