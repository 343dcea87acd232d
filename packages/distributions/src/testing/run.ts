/** Runs the cases of golden/cases.json as record.py does in Python. */
import type { DType, Tensor } from "@cresset/core";
import * as torch from "@cresset/core";
import * as D from "../index.ts";

/** A tensor as record.py writes it, or what it gave instead. */
export interface Recorded {
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly data?: readonly (number | string | boolean)[];
  readonly error?: string;
  readonly message?: string;
}

export type Record_ = Readonly<Record<string, unknown>>;

interface Spec {
  readonly dist?: string;
  readonly args?: readonly unknown[];
  readonly named?: Readonly<Record<string, unknown>>;
  readonly expand?: readonly number[];
  readonly transforms?: readonly (readonly unknown[])[];
  readonly fixed?: never[];
}

export interface Case extends Spec {
  readonly name: string;
  readonly dtype?: DType;
  readonly seed?: number;
  readonly sample?: readonly number[];
  readonly p?: Spec;
  readonly q?: Spec;
  readonly transform?: readonly unknown[];
  readonly x?: never[];
}

const classes: Readonly<Record<string, unknown>> = { ...D };
const transforms: Readonly<Record<string, unknown>> = { ...D.transforms };

const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function decode(spec: unknown, dtype: DType, leaves: Tensor[]): unknown {
  if (Array.isArray(spec)) {
    const leaf = torch.tensor(spec as never[], { dtype, requiresGrad: true });
    leaves.push(leaf);
    return leaf;
  }
  if (typeof spec !== "object" || spec === null) return spec;
  const own = spec as Spec;
  if (own.dist !== undefined) return make(own, dtype, leaves);
  if (own.transforms !== undefined) return own.transforms.map((each) => transform(each, dtype, leaves));
  return torch.tensor(own.fixed as never[], { dtype });
}

type Constructor<T> = new (...args: readonly unknown[]) => T;

function transform([name, ...args]: readonly unknown[], dtype: DType, leaves: Tensor[]): D.transforms.Transform {
  const type = transforms[String(name)] as Constructor<D.transforms.Transform>;
  return new type(...args.map((each) => decode(each, dtype, leaves)));
}

export function make(spec: Spec, dtype: DType, leaves: Tensor[]): D.Distribution {
  const type = classes[spec.dist ?? ""] as Constructor<D.Distribution>;
  const args = (spec.args ?? []).map((each) => decode(each, dtype, leaves));
  const named = Object.entries(spec.named ?? {}).map(([name, each]) => [camel(name), decode(each, dtype, leaves)]);
  const made = new type(...args, ...(named.length > 0 ? [Object.fromEntries(named)] : []));
  return spec.expand === undefined ? made : made.expand(spec.expand);
}

const encodeNumber = (x: unknown): unknown =>
  typeof x === "number" && !Number.isFinite(x) ? (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf") : x;

function encode(value: unknown): unknown {
  if (!(value instanceof torch.Tensor)) return value;
  const flat = value.detach().reshape(-1).tolistSync() as unknown[];
  return { shape: [...value.shape], dtype: value.dtype, data: flat.map(encodeNumber) };
}

function attempt(compute: () => unknown): unknown {
  try {
    return encode(compute());
  } catch (error) {
    if (error instanceof torch.NotImplementedError) return { error: "NotImplementedError" };
    if (error instanceof torch.CressetError) return { error: error.name, message: error.message };
    throw error;
  }
}

function gradients(value: Tensor, leaves: readonly Tensor[]): unknown {
  const weights = torch.arange(1, value.numel() + 1, { dtype: value.dtype }).reshape(value.shape);
  const options = { allowUnused: true, retainGraph: true };
  return torch.autograd.grad(value.mul(weights).sum(), [...leaves], options).map(encode);
}

const failed = (result: unknown): boolean => typeof result === "object" && result !== null && "error" in result;

/** What record.py records of a distribution. */
export function record(of: Case): Record_ {
  const dtype = of.dtype ?? "float32";
  const leaves: Tensor[] = [];
  const dist = make(of, dtype, leaves);
  const out: Record<string, unknown> = {
    text: String(dist),
    batchShape: dist.batchShape,
    eventShape: dist.eventShape,
  };
  const seed = of.seed ?? 0;
  const shape = of.sample ?? [3];
  torch.manualSeed(seed);
  out.sample = attempt(() => dist.sample(shape));
  out.next = encode(torch.rand(1));
  torch.manualSeed(seed);
  const value = dist.sample(shape);
  out.logProb = attempt(() => dist.logProb(value));
  if (!failed(out.logProb) && dist.logProb(value).requiresGrad)
    out.logProbGrad = gradients(dist.logProb(value), leaves);
  if (dist.hasRsample && !(dist instanceof D.Wishart)) {
    torch.manualSeed(seed);
    const rsample = dist.rsample(shape);
    if (rsample.requiresGrad) out.rsampleGrad = gradients(rsample, leaves);
  }
  for (const name of ["mean", "mode", "variance", "stddev"] as const) out[name] = attempt(() => dist[name]);
  out.entropy = attempt(() => dist.entropy());
  if (!failed(out.entropy) && dist.entropy().requiresGrad) out.entropyGrad = gradients(dist.entropy(), leaves);
  out.cdf = attempt(() => dist.cdf(value));
  if (!failed(out.cdf)) {
    const probs = torch.linspace(0.05, 0.95, value.numel(), { dtype }).reshape(value.shape);
    out.icdf = attempt(() => dist.icdf(probs));
  }
  if (dist.hasEnumerateSupport) {
    out.enumerateSupport = attempt(() => dist.enumerateSupport());
    out.enumerateSupportNarrow = attempt(() => dist.enumerateSupport(false));
  }
  out.support = attempt(() => String(dist.support));
  return out;
}

/** What record.py records of a divergence. */
export function divergence(of: Case): Record_ {
  const dtype = of.dtype ?? "float32";
  const leaves: Tensor[] = [];
  const p = make(of.p as Spec, dtype, leaves);
  const q = make(of.q as Spec, dtype, leaves);
  const out: Record<string, unknown> = { kl: attempt(() => D.klDivergence(p, q)) };
  if (failed(out.kl)) return out;
  const value = D.klDivergence(p, q);
  if (value.requiresGrad && value.isfinite().all().itemSync()) out.grad = gradients(value, leaves);
  return out;
}

/** What record.py records of a transform. */
export function through(of: Case): Record_ {
  const dtype = of.dtype ?? "float32";
  const t = transform(of.transform as readonly unknown[], dtype, []);
  const x = torch.tensor(of.x as never[], { dtype, requiresGrad: true });
  const y = t.call(x);
  const out: Record<string, unknown> = {
    text: String(t),
    y: encode(y),
    x: attempt(() => t.inv.call(y.detach())),
    grad: gradients(y, [x]),
    jacobian: attempt(() => t.logAbsDetJacobian(x, y)),
    sign: attempt(() => t.sign),
    bijective: t.bijective,
    domain: String(t.domain),
    codomain: String(t.codomain),
  };
  try {
    out.forwardShape = t.forwardShape(x.shape);
    out.inverseShape = t.inverseShape(y.shape);
  } catch (error) {
    out.forwardShape = (error as Error).message;
  }
  return out;
}
