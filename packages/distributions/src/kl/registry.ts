/** Divergences by the classes of two distributions. */
import { NotImplementedError, type Tensor, ValueError } from "@cresset/core/functions";
import { Distribution } from "../distribution.ts";

/** A class of distributions. */
export type DistributionType<D extends Distribution = Distribution> = abstract new (...args: never[]) => D;

/** The divergence of two distributions. */
export type Divergence<P extends Distribution = Distribution, Q extends Distribution = Distribution> = (
  p: P,
  q: Q,
) => Tensor;

export type Pair = readonly [DistributionType, DistributionType, Divergence];

/** A pair of a table. */
export const pair = <P extends Distribution, Q extends Distribution>(
  typeP: DistributionType<P>,
  typeQ: DistributionType<Q>,
  divergence: Divergence<P, Q>,
): Pair => [typeP, typeQ, divergence as unknown as Divergence];

const registered: Pair[] = [];

/** Registers a divergence; of equal pairs the last one counts. */
export function register<P extends Distribution, Q extends Distribution>(
  typeP: DistributionType<P>,
  typeQ: DistributionType<Q>,
  divergence: Divergence<P, Q>,
): void {
  for (const [name, type] of [
    ["type_p", typeP],
    ["type_q", typeQ],
  ] as const) {
    if (typeof type !== "function" || !(type.prototype instanceof Distribution))
      throw new ValueError(`Expected ${name} to be a Distribution subclass but got ${String(type)}`);
  }
  registered.push(pair(typeP, typeQ, divergence));
}

/** How many classes lie between an instance's class and one that it is of; less is more particular. */
function distance(of: Distribution, type: DistributionType): number {
  let steps = 0;
  for (let own: unknown = of.constructor; own !== type; own = Object.getPrototypeOf(own)) steps++;
  return steps;
}

/**
 * The most particular divergence for two distributions, of a table and what was registered: first by the class of p. Where the
 * order by the class of q would choose another one, it warns, as PyTorch does.
 *
 * @throws NotImplementedError where there is none.
 */
export function divergenceOf(p: Distribution, q: Distribution, table: readonly Pair[]): Divergence {
  const matches = [...registered.toReversed(), ...table].filter(([a, b]) => p instanceof a && q instanceof b);
  if (matches.length === 0)
    throw new NotImplementedError(`No KL(p || q) is implemented for p type ${p.typeName} and q type ${q.typeName}`);
  const ranked = matches.map(([a, b, divergence]) => ({ p: distance(p, a), q: distance(q, b), divergence }));
  const left = ranked.reduce((best, each) => ((each.p - best.p || each.q - best.q) < 0 ? each : best));
  const right = ranked.reduce((best, each) => ((each.q - best.q || each.p - best.p) < 0 ? each : best));
  if (left.divergence !== right.divergence && (left.p !== right.p || left.q !== right.q))
    console.warn(`Ambiguous kl_divergence(${p.typeName}, ${q.typeName}): register one for both classes`);
  return left.divergence;
}
