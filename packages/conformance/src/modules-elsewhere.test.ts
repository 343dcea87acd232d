/** Modules that the recorded data do not have, on webgpu: results and gradients are those on cpu. */
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import { builtInBackends } from "./backends.ts";
import { startBackend } from "./start.ts";

const { nn } = torch;
const F = nn.functional;
type Tensor = torch.Tensor;
type Program = (...inputs: Tensor[]) => unknown;

/** What is run, made anew on each device, and its inputs: shapes of floats, or tensors. */
interface Case {
  readonly make: () => Program;
  readonly inputs: readonly (readonly number[] | (() => Tensor))[];
}

/** A module that takes other arguments, too. */
const moduleOf = (module: torch.nn.Module<never[], Tensor>): Program => module as unknown as Program;
const on = (make: () => Program, ...inputs: Case["inputs"]): Case => ({ make, inputs });
const classes = (size: number, ...shape: number[]) => {
  return (): Tensor => torch.randint(0, size, shape);
};
const signs = (...shape: number[]) => {
  return (): Tensor => torch.randint(0, 2, shape).mul(2).sub(1).to("float32");
};
const positive = (...shape: number[]) => {
  return (): Tensor => torch.rand(shape).add(0.1);
};
const [row, image, volume] = [
  [2, 4, 8],
  [2, 4, 6, 6],
  [2, 2, 4, 4, 4],
] as const;

const cases: Readonly<Record<string, Case>> = {
  AdaptiveAvgPool1d: on(() => new nn.AdaptiveAvgPool1d(3), row),
  AdaptiveAvgPool3d: on(() => new nn.AdaptiveAvgPool3d([2, 3, 1]), volume),
  AdaptiveMaxPool1d: on(() => new nn.AdaptiveMaxPool1d(3), row),
  AdaptiveMaxPool3d: on(() => new nn.AdaptiveMaxPool3d([2, 3, 1]), volume),
  AdaptiveLogSoftmaxWithLoss: on(() => {
    const module = new nn.AdaptiveLogSoftmaxWithLoss(8, 12, [4, 8]);
    return (x) => module.logProb(x);
  }, [5, 8]),
  AlphaDropout: on(() => new nn.AlphaDropout(0.3), row),
  AvgPool3d: on(() => new nn.AvgPool3d(2), volume),
  BCEWithLogitsLoss: on(() => new nn.BCEWithLogitsLoss(), [3, 2], positive(3, 2)),
  CTCLoss: on(() => {
    const loss = new nn.CTCLoss();
    const targets = torch.randint(1, 5, [2, 3]);
    return (x) => loss(x.logSoftmax(-1), targets, torch.tensor([7n, 6n]), torch.tensor([3n, 2n]));
  }, [7, 2, 5]),
  ChannelShuffle: on(() => new nn.ChannelShuffle(2), image),
  CircularPad1d: on(() => new nn.CircularPad1d(2), row),
  CircularPad2d: on(() => new nn.CircularPad2d([1, 2, 3, 0]), image),
  CircularPad3d: on(() => new nn.CircularPad3d(1), volume),
  ConstantPad2d: on(() => new nn.ConstantPad2d(1, 0.5), image),
  ConstantPad3d: on(() => new nn.ConstantPad3d(1, 0.5), volume),
  ConvTranspose3d: on(() => moduleOf(new nn.ConvTranspose3d(2, 3, 2, { stride: 2, padding: 1 })), volume),
  CosineEmbeddingLoss: on(() => new nn.CosineEmbeddingLoss({ margin: 0.1 }), [4, 3], [4, 3], signs(4)),
  CrossEntropyLoss: on(() => new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }), [4, 5], classes(5, 4)),
  Dropout1d: on(() => new nn.Dropout1d(0.4), row),
  Dropout2d: on(() => new nn.Dropout2d(0.4), image),
  Dropout3d: on(() => new nn.Dropout3d(0.4), volume),
  FeatureAlphaDropout: on(() => new nn.FeatureAlphaDropout(0.4), image),
  Fold: on(() => new nn.Fold([4, 5], 2), [2, 12, 12]),
  FractionalMaxPool2d: on(() => new nn.FractionalMaxPool2d(2, { outputSize: [3, 3] }), image),
  FractionalMaxPool3d: on(() => new nn.FractionalMaxPool3d(2, { outputSize: [2, 2, 2] }), volume),
  GaussianNLLLoss: on(() => new nn.GaussianNLLLoss(), [4, 2], [4, 2], positive(4, 2)),
  HingeEmbeddingLoss: on(() => new nn.HingeEmbeddingLoss(), [4, 3], signs(4, 3)),
  HuberLoss: on(() => new nn.HuberLoss({ delta: 0.7 }), [4, 3], [4, 3]),
  InstanceNorm3d: on(() => new nn.InstanceNorm3d(2, { affine: true }), volume),
  KLDivLoss: on(() => new nn.KLDivLoss({ reduction: "batchmean" }), [4, 3], positive(4, 3)),
  LPPool1d: on(() => new nn.LPPool1d(2, 2), row),
  LPPool2d: on(() => {
    const module = new nn.LPPool2d(3, 2);
    return (x) => module(x.abs().add(0.1));
  }, image),
  LPPool3d: on(() => new nn.LPPool3d(2, 2), volume),
  LazyBatchNorm1d: on(() => new nn.LazyBatchNorm1d(), row),
  LazyConv2d: on(() => new nn.LazyConv2d(3, 2), image),
  LazyLinear: on(() => new nn.LazyLinear(3), [4, 5]),
  MarginRankingLoss: on(() => new nn.MarginRankingLoss({ margin: 0.2 }), [4], [4], signs(4)),
  MaxPool3d: on(() => new nn.MaxPool3d(2), volume),
  MaxUnpool1d: on(() => (x) => F.maxUnpool1d(...pooled(F.maxPool1d(x, 2, { returnIndices: true })), 2), row),
  MaxUnpool2d: on(() => (x) => F.maxUnpool2d(...pooled(F.maxPool2d(x, 2, { returnIndices: true })), 2), image),
  MaxUnpool3d: on(() => (x) => F.maxUnpool3d(...pooled(F.maxPool3d(x, 2, { returnIndices: true })), 2), volume),
  MultiLabelMarginLoss: on(
    () => new nn.MultiLabelMarginLoss(),
    [3, 4],
    () =>
      torch.tensor([
        [1n, 0n, -1n, 2n],
        [3n, -1n, 0n, 0n],
        [0n, 1n, 2n, 3n],
      ]),
  ),
  MultiLabelSoftMarginLoss: on(() => new nn.MultiLabelSoftMarginLoss(), [3, 4], positive(3, 4)),
  MultiMarginLoss: on(() => new nn.MultiMarginLoss({ p: 2 }), [3, 4], classes(4, 3)),
  NLLLoss: on(() => new nn.NLLLoss({ ignoreIndex: 1 }), [5, 4], classes(4, 5)),
  PixelUnshuffle: on(() => new nn.PixelUnshuffle(2), image),
  PoissonNLLLoss: on(() => new nn.PoissonNLLLoss({ full: true }), [4, 3], positive(4, 3)),
  ReflectionPad1d: on(() => new nn.ReflectionPad1d(2), row),
  ReflectionPad3d: on(() => new nn.ReflectionPad3d(1), volume),
  ReplicationPad1d: on(() => new nn.ReplicationPad1d(2), row),
  ReplicationPad2d: on(() => new nn.ReplicationPad2d([1, 2, 0, 3]), image),
  ReplicationPad3d: on(() => new nn.ReplicationPad3d(1), volume),
  SmoothL1Loss: on(() => new nn.SmoothL1Loss({ beta: 0.4 }), [4, 3], [4, 3]),
  SoftMarginLoss: on(() => new nn.SoftMarginLoss(), [4, 3], signs(4, 3)),
  Softmax2d: on(() => new nn.Softmax2d(), image),
  TransformerDecoder: on(
    () => new nn.TransformerDecoder(new nn.TransformerDecoderLayer(8, 2, 12, { dropout: 0, batchFirst: true }), 2),
    [2, 3, 8],
    [2, 4, 8],
  ),
  TripletMarginLoss: on(() => new nn.TripletMarginLoss({ swap: true }), [4, 3], [4, 3], [4, 3]),
  TripletMarginWithDistanceLoss: on(() => new nn.TripletMarginWithDistanceLoss(), [4, 3], [4, 3], [4, 3]),
  UpsamplingBilinear2d: on(() => new nn.UpsamplingBilinear2d({ scaleFactor: 2 }), image),
  UpsamplingNearest2d: on(() => new nn.UpsamplingNearest2d({ scaleFactor: 2 }), image),
  ZeroPad1d: on(() => new nn.ZeroPad1d([1, 2]), row),
  ZeroPad3d: on(() => new nn.ZeroPad3d(1), volume),
  scaledDotProductAttention: on(
    () => (q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: true }),
    [2, 2, 4, 3],
    [2, 2, 4, 3],
    [2, 2, 4, 3],
  ),
};

const pooled = (made: unknown): [Tensor, Tensor] => made as [Tensor, Tensor];

function tensorsIn(made: unknown): Tensor[] {
  if (made instanceof torch.Tensor) return [made];
  return Array.isArray(made) ? made.flatMap(tensorsIn) : [];
}

/** Results, and gradients of inputs and parameters. */
async function numbersOn(device: string, { make, inputs }: Case): Promise<number[][]> {
  torch.setDefaultDevice(device);
  torch.manualSeed(5);
  const program = make();
  const leaves = inputs.map((input) =>
    typeof input === "function" ? input() : torch.randn([...input], { requiresGrad: true }),
  );
  const results = tensorsIn(await program(...leaves)).filter((x) => x.isFloatingPoint());
  // Weights that differ, so that no gradient is a constant.
  const sums = results.map((x) =>
    x
      .mul(
        torch
          .arange(1, x.numel() + 1, 1, { dtype: "float32" })
          .reshape([...x.shape])
          .sin(),
      )
      .sum(),
  );
  sums.reduce((a, b) => a.add(b)).backward();
  const parameters = program instanceof nn.Module ? program.parameters() : [];
  const gradients = [...leaves, ...parameters].flatMap(({ grad }) => grad ?? []);
  expect(gradients.length).toBeGreaterThan(0);
  return Promise.all([...results, ...gradients].map(async (x) => Array.from(await x.data(), Number)));
}

beforeAll(async () => {
  const { webgpu } = builtInBackends;
  if (webgpu !== undefined) await startBackend("webgpu", webgpu, {});
});

test.each(Object.keys(cases))("%s", { timeout: 120_000 }, async (name) => {
  const expected = await numbersOn("cpu", cases[name]);
  const got = await numbersOn("webgpu", cases[name]);
  expect(got.map((values) => values.length)).toEqual(expected.map((values) => values.length));
  for (const [k, values] of expected.entries())
    for (const [i, want] of values.entries())
      expect(Math.abs(got[k][i] - want), `${k}, ${i}: ${want}, got ${got[k][i]}`).toBeLessThanOrEqual(
        3e-5 * Math.max(1, Math.abs(want)),
      );
});
