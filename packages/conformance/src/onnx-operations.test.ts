/** A sample of all recorded operations and of their derivatives, exported to ONNX and run by another engine. */
import { halfToFloat } from "@cresset/core/backend";
import * as onnx from "@cresset/io/onnx";
import * as torch from "cresset";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import { operationAt } from "./api/operation.ts";
import { dataFolder, folderSource } from "./command/folder.ts";
import { type CallCase, prepare } from "./kinds/call.ts";
import { Bench } from "./read/bench.ts";
import { readArea } from "./read/manifest.ts";

const { Tensor, TraceError } = torch;

/** Every how manieth case. Another with ONNX_EVERY=1 …. */
const every = Number(process.env.ONNX_EVERY ?? 9);

const areas = ["unary", "binary", "reductions", "shape", "indexing", "nnfunc", "losses", "linalg", "opinfo"];

/** What is written in place, random, or no tensor. */
const without = /item__|_$|multinomial|bernoulli|rand|dropout|poisson|normal|half/;

/** ONNX has no operator for them. */
const lacking = /erfinv|lgamma|digamma|polygamma/;

/** What is computed on the host, or reads lengths there. */
const onHost =
  /torch\.(linalg\.(cholesky|det|eig|inv|slogdet|solve|svd|matrix_power|qr|lstsq|pinv|norm|matrix_norm)|norm|qr)|ctc_loss/;

/** ONNX says nothing of NaN in these, and the engine skips it. */
const skipsNan = /\.(amax|amin|max|min|median|sort|argsort|topk|kthvalue|msort)$/;

beforeAll(() => torch.setDefaultDevice("cpu"));

type Program = (args: readonly unknown[]) => torch.Tensor[];

class Wrapped extends torch.nn.Module<unknown[], torch.Tensor[]> {
  static override readonly typeName = "Wrapped";
  readonly program: Program;

  constructor(program: Program) {
    super();
    this.program = program;
  }

  forward(...args: unknown[]): torch.Tensor[] {
    return this.program(args);
  }
}

const isRecord = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;

function tensorsIn(x: unknown): torch.Tensor[] {
  if (x instanceof Tensor) return [x];
  if (Array.isArray(x)) return x.flatMap(tensorsIn);
  return isRecord(x) ? Object.values(x).flatMap(tensorsIn) : [];
}

function mapped(x: unknown, of: (tensor: torch.Tensor) => torch.Tensor): unknown {
  if (x instanceof Tensor) return of(x);
  if (Array.isArray(x)) return x.map((item) => mapped(item, of));
  return isRecord(x) ? Object.fromEntries(Object.entries(x).map(([key, item]) => [key, mapped(item, of)])) : x;
}

const isFloat = (tensor: torch.Tensor): boolean => tensor.dtype === "float32" || tensor.dtype === "float64";

function forwardOf(recorded: CallCase): Program {
  return ([positional, keywords]) =>
    tensorsIn(operationAt(recorded.op)(positional as unknown[], keywords as Record<string, unknown>));
}

/** The gradients of the sum of squares of all results. */
function gradientsOf(recorded: CallCase): Program {
  return (args) =>
    torch.enableGrad(() => {
      const inputs = mapped(args, (t) => (isFloat(t) ? t.detach().requiresGrad_() : t)) as unknown[];
      const results = forwardOf(recorded)(inputs).filter((t) => t.requiresGrad);
      const losses = results.map((t) => t.mul(t).sum().to("float64"));
      const leaves = tensorsIn(inputs).filter((t) => t.requiresGrad);
      if (losses.length === 0) return [];
      const loss = losses.reduce((a, b) => a.add(b));
      return torch.autograd.grad(loss, leaves, { allowUnused: true }).filter((t) => t !== null);
    });
}

/** How far sums in another order may be apart. */
const tolerance = 1e-4;

/** First dimensions of the size of the first one may change. */
function changing(inputs: readonly torch.Tensor[]): onnx.DynamicAxes {
  const size = inputs.find(({ ndim }) => ndim > 0)?.shape[0] ?? 0;
  const axes = inputs.map(({ ndim, shape }, i) => [
    `x${i}`,
    ndim > 0 && size > 0 && shape[0] === size ? { 0: "n" } : {},
  ]);
  return Object.fromEntries(axes) as Record<string, Record<number, string>>;
}

/** How many of those with a dimension that may change were exported, and how many refused. */
const counts = { exported: 0, refused: 0 };

async function check(recorded: CallCase, bench: Bench, program: Program, dynamic = false): Promise<void> {
  const { positional, keywords } = prepare(recorded, bench);
  const args = [positional, keywords];
  const inputs = tensorsIn(args);
  const names = inputs.map((_, i) => `x${i}`);
  const want = torch.noGrad(() => program(args));
  if (want.length === 0) return;
  let bytes: Uint8Array;
  try {
    const dynamicAxes = dynamic ? changing(inputs) : {};
    const options = { inputNames: names, training: "preserve", dynamicAxes } as const;
    bytes = await onnx.export(new Wrapped(program), args, undefined, options);
    if (dynamic) counts.exported++;
  } catch (error) {
    if (dynamic && error instanceof torch.CressetError) {
      // Other operands, indices or axes would have to change too.
      counts.refused++;
      return;
    }
    if (lacking.test(recorded.op) && error instanceof onnx.OnnxExportError) return;
    if (onHost.test(recorded.op) && error instanceof TraceError) return;
    throw error;
  }
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 }).catch(
    (error: Error) => {
      // ONNX has it, this engine not: mostly functions in float64.
      if (/Could not find an implementation/.test(error.message)) return null;
      throw error;
    },
  );
  if (session === null) return;
  const feeds: Record<string, ort.Tensor> = {};
  for (const name of session.inputNames) {
    const tensor = inputs[names.indexOf(name)];
    feeds[name] = new ort.Tensor(tensor.dtype as "float32", (await tensor.data()) as Float32Array, tensor.shape);
  }
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name) => results[name]);
  await session.release();
  for (const [i, tensor] of want.entries()) {
    expect([outputs[i].type, outputs[i].dims]).toEqual([tensor.dtype, tensor.shape]);
    const toNumber = tensor.dtype === "float16" ? (bits: number | bigint) => halfToFloat(Number(bits)) : Number;
    const expected = Array.from(await tensor.data(), toNumber);
    const got = Array.from(outputs[i].data as ArrayLike<number | bigint>, Number);
    if (skipsNan.test(recorded.op) && (await Promise.all(inputs.map(hasNan))).some(Boolean)) continue;
    // Of what cancels, the rest is as exact as the largest.
    const scale = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
    for (const [j, value] of expected.entries())
      if (!(Math.abs(got[j] - value) <= tolerance * Math.abs(value) + 1e-5 * scale) && !Object.is(got[j], value))
        if (got[j] !== value) expect.fail(`output ${i}, element ${j}: ${got[j]}, but Cresset has ${value}`);
  }
}

async function hasNan(tensor: torch.Tensor): Promise<boolean> {
  return isFloat(tensor) && Array.from(await tensor.data(), Number).some(Number.isNaN);
}

describe.each(areas)("%s", async (name) => {
  const area = await readArea(await folderSource(dataFolder()), name);
  const bench = new Bench(area);
  const all = area.cases as unknown as readonly CallCase[];
  const calls = all.filter((one) => (one.kind ?? "call") === "call" && !one.error && !without.test(one.op));
  const usable = calls.filter((one) => {
    const { positional, keywords } = prepare(one, bench);
    const tensors = tensorsIn([positional, keywords]);
    return tensors.length > 0 && tensors.every((t) => t.dtype !== "float16");
  });
  const chosen = usable.filter((_, i) => i % every === 0).map((one) => [one.id, one] as const);
  test.each(chosen)("%s", async (_, one) => check(one, bench, forwardOf(one)));
  test.each(chosen)("%s: gradients", async (_, one) => check(one, bench, gradientsOf(one)));
  test.each(chosen)("%s: of any size", async (_, one) => check(one, bench, forwardOf(one), true));
  test.each(chosen)("%s: gradients, of any size", async (_, one) => check(one, bench, gradientsOf(one), true));
});

test("most are exported with a dimension that may change", () => {
  expect(counts.exported).toBeGreaterThan(5 * counts.refused);
});
