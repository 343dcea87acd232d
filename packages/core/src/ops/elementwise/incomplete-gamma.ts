/** Incomplete gamma functions: on the host, where how many terms they take may depend on the values, or as an integral. */

import { lgamma, lgammaBeyondOne } from "../../backend/meaning/gamma.ts";
import { AutogradError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Attributes, type OperationOptions, operation } from "../../graph/operation.ts";
import { isGradEnabled } from "../../runtime/mode.ts";
import { call } from "../../tensor/call.ts";
import { hostOperation } from "../../tensor/host.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { toDtype } from "../shape/convert.ts";
import { broadcastTensors } from "../shape/expand.ts";
import { incompleteGamma } from "./incomplete-gamma-integral.ts";
import { commonDtype, requireFloat } from "./operands.ts";

/** P(a, x) and Q(a, x) = 1 - P(a, x), each accurate where it is small (DLMF 8.11.4 and 8.9.2). */
function areas(a: number, x: number): readonly [p: number, q: number] {
  if (x < 0 || a < 0) return [Number.NaN, Number.NaN];
  if (a === 0) return x > 0 ? [1, 0] : [Number.NaN, Number.NaN];
  if (x === 0) return [0, 1];
  if (a === Number.POSITIVE_INFINITY) return x === a ? [Number.NaN, Number.NaN] : [0, 1];
  if (x === Number.POSITIVE_INFINITY) return [1, 0];
  if (Number.isNaN(a) || Number.isNaN(x)) return [Number.NaN, Number.NaN];
  const density = Math.exp(logDensity(a, x));
  if (a < 1 ? x < 1 : x <= a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = a + 1; Math.abs(term) > sum * 1e-17; n++) {
      term *= x / n;
      sum += term;
    }
    const p = sum * density;
    return [p, a < 1 ? upperOfSmall(a, x) : 1 - p];
  }
  const q = density / continued(a, x);
  return [1 - q, q];
}

/** Q(a, x) of a and x below 1, where it is not small but with a: 1 - P(a, x) would have no digits left (DLMF 8.7.3). */
function upperOfSmall(a: number, x: number): number {
  const power = a * Math.log(x) - lgammaBeyondOne(a);
  let [term, sum] = [1, 0];
  for (let n = 1; n <= 20; n++) {
    term *= -x / n;
    sum += term / (a + n);
  }
  return -Math.expm1(power) - a * Math.exp(power) * sum;
}

/** ln(x^a e^-x / Γ(a)); about the greatest value, without the difference of large numbers (Stirling's series). */
function logDensity(a: number, x: number): number {
  if (a < 20) return a * Math.log(x) - x - lgamma(a);
  const d = (x - a) / a;
  const deviation = Math.abs(d) < 0.5 ? logOnePlusMinus(d) : Math.log(x / a) - d;
  const z = 1 / (a * a);
  const rest = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / a;
  return a * deviation + 0.5 * Math.log(a / (2 * Math.PI)) - rest;
}

/** ln(1 + d) - d of small d, with r = d / (2 + d): 2 (r³ / 3 + r⁵ / 5 + …) - r d. */
function logOnePlusMinus(d: number): number {
  const r = d / (2 + d);
  let [power, sum] = [2 * r * r * r, 0];
  for (let n = 3; Math.abs(power) > 1e-20 * Math.abs(r * d); n += 2) {
    sum += power / n;
    power *= r * r;
  }
  return sum - r * d;
}

/** The denominator of Q's continued fraction, by Lentz's method. */
function continued(a: number, x: number): number {
  let b = x + 1 - a;
  let [c, d] = [1e300, 1 / b];
  let h = d;
  for (let n = 1; n < 100_000; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (factor * d + b || 1e-300);
    c = b + factor / c || 1e-300;
    h *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return 1 / h;
}

type Of = (operands: readonly Tensor[]) => Tensor;

/** Of devices that the host reads, on the host in float64; of others, as primitives. */
function ofBoth(name: string, gradName: string, upper: boolean): Of {
  const options: Pick<OperationOptions<Attributes>, "gradName" | "derivative"> = {
    gradName,
    derivative: ({ input, grad }) => {
      const [a, x] = [input(0), input(1)];
      const slope = m.exp(m.sub(m.sub(m.mul(m.sub(a, 1), m.log(x)), x), m.lgamma(a)));
      return [null, m.mul(grad(0), upper ? m.neg(slope) : slope)];
    },
  };
  const onHost = hostOperation(
    name,
    ([a, x]) => [{ data: a.data.map((order, i) => areas(order, x.data[i])[upper ? 1 : 0]), shape: a.shape }],
    { operands: 2, ...options },
  );
  const onDevice = operation(name, ([a, x]) => incompleteGamma(a, x, upper), options);
  return (operands) =>
    operands[0].current().device.backend.readSync === undefined ? call(onDevice, operands) : onHost(operands, {})[0];
}
const lower = ofBoth("igamma", "IgammaBackward0", false);
const upper = ofBoth("igammac", "IgammacBackward0", true);

function prepared(name: string, input: Tensor, other: Tensor): Tensor[] {
  if (isGradEnabled() && input.requiresGrad)
    throw new AutogradError(`the derivative for '${name}: input' is not implemented.`);
  const dtype = commonDtype(input, other);
  requireFloat(`${name}_cpu`, dtype);
  return [...broadcastTensors(toDtype(input, dtype), toDtype(other, dtype))];
}

/**
 * The regularised lower incomplete gamma function P(input, other); shapes broadcast. NaN where one of
 * the two is negative.
 *
 * @throws AutogradError where `input` requires grad: there is a derivative with respect to `other` only, as in PyTorch.
 * @example torch.igamma(torch.tensor([1]), torch.tensor([Math.LN2])) // tensor([0.5000])
 */
export function igamma(input: Tensor, other: Tensor): Tensor {
  return lower(prepared("igamma", input, other));
}

/** The regularised upper incomplete gamma function, 1 - `igamma`. @throws as `igamma`. */
export function igammac(input: Tensor, other: Tensor): Tensor {
  return upper(prepared("igammac", input, other));
}
