/** Damaged files: whatever is wrong with them, only typed errors, and nothing is left behind. */
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import * as onnx from "../index.ts";
import { decode } from "../proto/decode.ts";
import { bools, integers, mixed, modelOf } from "../testing/model.ts";

const { nn, optim } = torch;

beforeAll(() => torch.setDefaultDevice("cpu"));

/** Mutations of each file. More with ONNX_FUZZ=…. */
const rounds = Number(process.env.ONNX_FUZZ ?? 150);

/** mulberry32: a few lines, and the same numbers everywhere. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function mutated(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let result = bytes.slice();
  for (let i = 1 + random(2); i > 0; i--) {
    const at = random(result.length);
    const kind = random(12);
    if (kind === 0) result = result.slice(0, at + 1);
    else if (kind === 1) {
      // A piece of the file in another place: lengths and fields that fit, where they do not belong.
      const from = random(result.length);
      const length = Math.min(1 + random(24), result.length - from, result.length - at);
      result.set(result.slice(from, from + length), at);
    } else if (kind === 2) {
      const without = [...result.slice(0, at), ...result.slice(at + 1 + random(3))];
      result = Uint8Array.from(without.length === 0 ? [0] : without);
    } else if (kind === 3) result[at] = random(256);
    else result[at] ^= 1 << random(8);
  }
  return result;
}

/** Inputs as the file asks for them; null where they would be large. */
function inputsFor(model: onnx.OnnxModule): torch.Tensor[] | null {
  const tensors: torch.Tensor[] = [];
  for (const { shape, dtype } of model.inputs) {
    const sizes = (shape ?? [2]).map((size) => (typeof size === "number" ? size : 2));
    if (sizes.reduce((n, size) => n * size, 1) > 4096 || sizes.some((n) => n < 0)) return null;
    tensors.push(torch.ones(sizes, { dtype: (dtype ?? "float32") as torch.DType }));
  }
  return tensors;
}

async function files(): Promise<Record<string, Uint8Array>> {
  torch.manualSeed(0);
  const classifier = new nn.Sequential(new nn.Linear(4, 8), new nn.ELU(), new nn.Linear(8, 1), new nn.Sigmoid());
  const network = new nn.Sequential(
    new nn.Conv2d(1, 2, 3, { padding: 1, stride: 2 }),
    new nn.BatchNorm2d(2),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Softmax(1),
  );
  const optimizer = new optim.SGD(classifier.parameters(), { lr: 0.1 });
  const x = torch.randn([3, 4]);
  const step = (input: torch.Tensor): torch.Tensor => {
    const loss = classifier(input).mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
  const dynamicAxes = { input: { 0: "n" } };
  return {
    classifier: await onnx.export(classifier, x, undefined, { dynamicAxes }),
    recurrent: await onnx.export(new nn.GRU(3, 2, { bidirectional: true }), torch.randn([3, 2, 3])),
    network: await onnx.export(network, torch.randn([2, 1, 8, 8]), undefined, { dynamicAxes }),
    step: (await onnx.exportTrainingStep(step, [x], undefined, { module: classifier, optimizer, dynamicAxes })).model,
    control: modelOf({
      inputs: { x: mixed([3, 4]) },
      constants: { three: integers([], 3), yes: bools([], 1) },
      nodes: [
        {
          op: "Loop",
          inputs: ["three", "yes", "x"],
          attributes: {
            body: {
              graph: {
                inputs: { i: integers([], 0), go: bools([], 1), before: mixed([3, 4]) },
                nodes: [
                  {
                    op: "If",
                    inputs: ["go"],
                    outputs: ["next"],
                    attributes: {
                      then_branch: {
                        graph: { nodes: [{ op: "Neg", inputs: ["before"], outputs: ["a"] }], outputs: ["a"] },
                      },
                      else_branch: {
                        graph: { nodes: [{ op: "Abs", inputs: ["before"], outputs: ["b"] }], outputs: ["b"] },
                      },
                    },
                  },
                  { op: "Less", inputs: ["i", "three"], outputs: ["again"] },
                ],
                outputs: ["again", "next"],
              },
            },
          },
        },
      ],
    }),
    shapes: modelOf({
      inputs: { x: mixed([2, 3, 4]) },
      constants: { at: integers([2], 0, 1), rest: integers([1], -1), pads: integers([6], 0, 1, 0, 0, 0, 2) },
      nodes: [
        { op: "Shape", inputs: ["x"], outputs: ["s"] },
        { op: "Gather", inputs: ["s", "at"], outputs: ["front"], attributes: { axis: 0 } },
        { op: "Concat", inputs: ["front", "rest"], outputs: ["to"], attributes: { axis: 0 } },
        { op: "Reshape", inputs: ["x", "to"], outputs: ["r"] },
        { op: "Pad", inputs: ["r", "pads"], outputs: ["p"] },
        { op: "Slice", inputs: ["p", "at", "to"], outputs: ["c"] },
        { op: "Transpose", inputs: ["c"], outputs: ["y"], attributes: { perm: [2, 0, 1] } },
      ],
    }),
  };
}

test("damaged models give typed errors or models that do", { timeout: 120_000 }, async () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  let refused = 0;
  let called = 0;
  for (const [name, bytes] of Object.entries(await files())) {
    const random = randomOf(20_261_126);
    for (let i = 0; i < rounds; i++) {
      const damaged = mutated(bytes, random);
      const told = (error: unknown): void => {
        if (!(error instanceof torch.CressetError))
          throw new Error(`mutation ${i} of ${name}: an error of no type of ours`, { cause: error });
        refused++;
      };
      try {
        const file = await onnx.open(damaged);
        for (const name of file.tensors.keys()) file.getTensor(name);
      } catch (error) {
        told(error);
        refused--;
      }
      const model = await onnx.load(damaged).catch(told);
      if (!model) continue;
      const inputs = inputsFor(model);
      if (inputs === null) continue;
      try {
        // Its graph is built, not computed: what a damaged graph would compute may be large.
        torch.noGrad(() => model(...inputs));
        called++;
      } catch (error) {
        told(error);
      }
    }
  }
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  expect(refused).toBeGreaterThan(rounds);
  expect(called).toBeGreaterThan(rounds / 4);
});

test("noise is no model", () => {
  const random = randomOf(7);
  for (let i = 0; i < rounds; i++) {
    const bytes = Uint8Array.from({ length: random(200) }, () => random(256));
    try {
      decode("Model", bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(onnx.FormatError);
    }
  }
});

test("a list of numbers in very many pieces is read piece by piece", () => {
  const length = 200_000;
  const piece = [0x0a, 1, 3];
  const bytes = new Uint8Array(3 * length).map((_, i) => piece[i % 3]);
  expect(decode("Tensor", bytes).dims).toHaveLength(length);
});

test("lists of numbers take a few times their bytes", () => {
  // A tensor of a million one-byte integers, in a graph, in a model.
  const length = 1_000_000;
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
  const field = (number: number, content: Uint8Array): Uint8Array =>
    Uint8Array.from([(number << 3) | 2, ...varint(content.length), ...content]);
  const bytes = field(7, field(5, field(7, new Uint8Array(length).fill(1))));
  const { graph } = decode("Model", bytes);
  const [tensor] = graph?.initializer ?? [];
  expect(tensor.int64Data).toBeInstanceOf(BigInt64Array);
  expect((tensor.int64Data as BigInt64Array).byteLength).toBe(8 * length);
});
