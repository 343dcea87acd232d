import * as torch from "cresset";
import { beforeEach, expect, test } from "vitest";
import * as onnx from "../index.ts";
import { Session } from "../testing/onnxruntime.ts";
import { Program } from "../testing/program.ts";

const { nn } = torch;
type Tensor = torch.Tensor;

beforeEach(() => {
  torch.setDefaultDevice("cpu");
  torch.manualSeed(0);
});

test("what a call leaves to the next one, and gives results of, is refused", async () => {
  const x = torch.ones([2, 3]);
  let last: Tensor | null = null;
  const inVariable = new Program((x) => {
    last = last === null ? x.tanh() : x.add(last).tanh();
    return last;
  });
  await expect(onnx.export(inVariable, x)).rejects.toThrow(
    "the model uses of the call before a tensor of shape [2, 3] that the graph would not carry on: let forward take it and return it",
  );
  const calls = torch.zeros([]);
  const inTensor = new Program((x) => x.mul(calls.add_(1)));
  await expect(onnx.export(inTensor, x)).rejects.toThrow("the model writes to a tensor of shape []");
  const inBuffer: Program = new Program((x) => inBuffer.getBuffer("sum").add_(x).tanh());
  inBuffer.registerBuffer("sum", torch.zeros([2, 3]));
  await expect(onnx.export(inBuffer, x)).rejects.toThrow("gives results of, a tensor of shape [2, 3]");
  await expect(onnx.export(inBuffer, x)).rejects.toThrow(onnx.OnnxExportError);
  expect(await inBuffer.getBuffer("sum").sum().item()).toBe(0);
});

test("not what it keeps and does not use, or keeps as it is, or writes for others", async () => {
  const x = torch.randn([2, 3]);
  const kept: { shown: Tensor | null; mask: Tensor | null } = { shown: null, mask: null };
  const program = new Program((x) => {
    kept.mask ??= torch.arange(3).gt(0).to("float32");
    kept.shown = x.mul(kept.mask);
    return kept.shown.sum(1);
  });
  const norm = new nn.BatchNorm1d(3);
  for (const [model, options] of [
    [program, {}],
    [norm, { training: "train" }],
  ] as const) {
    const session = await Session.open(await onnx.export(model, x, undefined, options));
    expect(Object.keys(await session.run({ input: x }))).toEqual(["output"]);
  }
});
