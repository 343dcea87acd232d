import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

// As PyTorch 1.13.
test("resize_ shows the storage in other sizes", () => {
  const x = torch.arange(6);
  const y = x.view(2, 3);
  expect(y.resize_(4)).toBe(y);
  expect([y.tolistSync(), x.tolistSync()]).toEqual([
    [0, 1, 2, 3],
    [0, 1, 2, 3, 4, 5],
  ]);
  y.resize_(2, 1).fill_(7);
  expect([y.tolistSync(), x.tolistSync()]).toEqual([
    [[7], [7]],
    [7, 7, 2, 3, 4, 5],
  ]);
  expect(x.narrow(0, 2, 4).resize_([2]).tolistSync()).toEqual([2, 3]);
  // The storage has more than the view.
  expect(x.narrow(0, 2, 1).resize_(4).tolistSync()).toEqual([2, 3, 4, 5]);
  expect(torch.arange(4).resizeAs_(torch.ones(2, 2)).tolistSync()).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(torch.arange(2).resize_(0).shape).toEqual([0]);
});

test("resize_ beyond the storage keeps what is there, in a storage of its own", () => {
  const x = torch.arange(4);
  const y = x.narrow(0, 1, 3);
  y.resize_(2, 3);
  expect(y.tolistSync()).toEqual([
    [1, 2, 3],
    [0, 0, 0],
  ]);
  y.zero_();
  expect(x.tolistSync()).toEqual([0, 1, 2, 3]);
});

test("resize_, set_ and asStrided_ refuse what cannot be", () => {
  expect(() => torch.ones(2).requiresGrad_().resize_(1)).toThrow("cannot resize variables that require grad");
  expect(() => torch.ones(2).resize_(-1)).toThrow("negative dimension -1");
  expect(() => torch.ones(2).asStrided_([3], [1])).toThrow("out of bounds for storage");
  expect(() => torch.ones(2).set_(torch.arange(2))).toThrow(
    "Could not set tensor of type Long to a tensor of type Float",
  );
  expect(() => torch.ones(2).set_(torch.ones(2).requiresGrad_())).toThrow("neither tensor may require grad");
});

test("set_ makes a tensor another name of one", () => {
  const [x, source] = [torch.zeros(2), torch.ones(2, 3)];
  expect(x.set_(source)).toBe(x);
  x.index(0).fill_(5);
  expect(source.tolistSync()).toEqual([
    [5, 5, 5],
    [1, 1, 1],
  ]);
});

test("type names a dtype as PyTorch does, or changes it", () => {
  const x = torch.ones(2);
  expect([x.type(), x.long().type(), x.to("float64").type()]).toEqual([
    "torch.FloatTensor",
    "torch.LongTensor",
    "torch.DoubleTensor",
  ]);
  expect([x.type("int32").dtype, x.type("torch.DoubleTensor").dtype]).toEqual(["int32", "float64"]);
  expect(() => x.type("torch.xTensor")).toThrow("invalid type: 'torch.xTensor'");
});

test("sizes in bytes, inference tensors, and whether a gradient is retained", () => {
  const x = torch.ones(2, 3, { dtype: "float64" });
  expect([x.nbytes, x.itemsize]).toEqual([48, 8]);
  expect([x.isInference(), torch.inferenceMode(() => torch.ones(1)).isInference()]).toEqual([false, true]);
  expect([torch.isInferenceModeEnabled(), torch.inferenceMode(() => torch.isInferenceModeEnabled())]).toEqual([
    false,
    true,
  ]);
  const leaf = torch.ones(2).requiresGrad_();
  const y = leaf.mul(2);
  expect([leaf.retainsGrad, y.retainsGrad]).toEqual([false, false]);
  y.retainGrad();
  leaf.retainGrad();
  expect([leaf.retainsGrad, y.retainsGrad]).toEqual([false, true]);
});
