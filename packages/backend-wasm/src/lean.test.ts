import * as torch from "@cresset/core";
import { BCELoss, ELU, functional, Linear, Sequential, Sigmoid } from "@cresset/nn";
import { Adam } from "@cresset/optim";
import { expect, test } from "vitest";
import { wasm as whole } from "./index.ts";
import { wasm as lean } from "./lean.ts";

/** Runs on one backend after the other, both being called "wasm". */
async function onBoth<T>(run: () => T): Promise<[whole: T, lean: T]> {
  const results: T[] = [];
  for (const backend of [whole({ threads: 1 }), lean()]) {
    await torch.registerBackend(backend);
    torch.setDefaultDevice("wasm");
    results.push(run());
  }
  return [results[0], results[1]];
}

test("the binary classifier's losses are those of the whole backend, bit for bit", async () => {
  const [expected, got] = await onBoth(() => {
    torch.manualSeed(0);
    const x = torch.randn([50, 20]);
    const y = torch.rand([50, 1]).round();
    const model = new Sequential(new Linear(20, 100), new ELU(), new Linear(100, 1), new Sigmoid());
    const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
    return Array.from({ length: 20 }, () => {
      const loss = new BCELoss()(model(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.itemSync();
    });
  });
  expect(got).toEqual(expected);
});

test("convolutions, which the whole backend writes otherwise, have the same bits", async () => {
  const [expected, got] = await onBoth(() => {
    torch.manualSeed(0);
    const image = torch.randn([2, 3, 12, 20]);
    const weight = torch.randn([5, 3, 3, 3], { requiresGrad: true });
    const result = functional.conv2d(image, weight, null, { padding: 1 });
    result.square().sum().backward();
    return [result.tolistSync(), weight.grad?.tolistSync()];
  });
  expect(got).toEqual(expected);
});

test("positions of extremes, which the whole backend looks for four at a time, are the same", async () => {
  const [expected, got] = await onBoth(() => {
    torch.manualSeed(0);
    return (["float32", "float64", "int64", "int8"] as const).map((dtype) => {
      const x = torch.randint(0, 5, [3, 7, 23]).to(dtype);
      const y = dtype === "float32" ? torch.where(x.mul(3).eq(torch.arange(23).remainder(13)), Number.NaN, x) : x;
      return [y.argmax(), y.argmax(-1), y.argmin(1), y.permute(2, 0, 1).argmin(-1)].map((z) => z.tolistSync());
    });
  });
  expect(got).toEqual(expected);
});

test.each<[string, () => torch.Tensor]>([
  ["sorts", () => torch.tensor([3, 1, 2]).sort()[0]],
  ["scans", () => torch.tensor([3, 1, 2]).cumsum(0)],
  ["the function lgamma", () => torch.tensor([3, 1, 2]).lgamma()],
  ["the function cos", () => torch.tensor([3, 1, 2]).cos()],
  ["the function exp", () => torch.tensor([3, 1, 2], { dtype: "float64" }).exp()],
])("without %s, and says where it is", async (what, make) => {
  await torch.registerBackend(lean());
  torch.setDefaultDevice("wasm");
  expect(() => make().tolistSync()).toThrow(torch.BackendError);
  expect(() => make().tolistSync()).toThrow(`is without ${what}`);
  // What comes after is as if nothing had happened.
  expect(torch.tensor([1, 2]).add(1).tolistSync()).toEqual([2, 3]);
});

test("says what it leaves out", async () => {
  const backend = lean();
  expect(backend.info()).toMatchObject({ threads: 1, "why no more threads": "left out here" });
});
