import { useMemo, useState } from "preact/hooks";
import { type BarGroup, Bars, LineChart, type Series } from "../chart/index.ts";
import { crossEntropy, entropy } from "./cross-entropy.ts";
import { classTerms, distributionFigures, slopeFigures, tangent } from "./distribution-figures.ts";
import { fixed } from "./figures.ts";
import type { Losses } from "./library.ts";
import { Settled } from "./settled.tsx";
import { Slider } from "./slider.tsx";
import type { Library } from "./use-library.ts";

/** Hundredths: the sliders' places, and the points of the curve between them. */
const curve = Array.from({ length: 201 }, (_, i) => i / 200);
/** The chart's height in nats; the loss goes on above it. */
const highest = 5;

/** A label, a prediction, the loss of the two, and its gradients. */
export function Distributions({ library }: { readonly library: Library | null }) {
  const [y, setY] = useState(1);
  const [p, setP] = useState(0.8);
  const losses = useMemo(() => library?.bceOfProbabilities(curve, y) ?? null, [library, y]);
  const bce = losses === null ? "…" : fixed(losses.losses[Math.round(p * 200)]);
  const { atProbability, atLogit } = slopeFigures(y, p);
  return (
    <>
      <div class="part">
        <h3>A label is a distribution</h3>
        <p>
          Label and prediction each say how probable the two classes are. Move them. A label between 0 and 1 is allowed
          as well: its own entropy is then the smallest loss there is.
        </p>
        <div class="beside">
          <div class="stack">
            <Slider label="Label y" shown={fixed(y, 2)} min={0} max={1} step={0.01} value={y} onChange={setY} />
            <Slider label="Prediction p" shown={fixed(p, 2)} min={0} max={1} step={0.01} value={p} onChange={setP} />
            <Bars title="Two distributions" description={barsDescription(y, p)} groups={bars(y, p)} />
          </div>
          <CrossEntropy y={y} p={p} bce={bce} />
        </div>
      </div>
      <div class="part">
        <h3>Its gradient</h3>
        <p>
          At p the gradient divides by p (1 − p): it is steep where a prediction is sure. The sigmoid's own slope is p
          (1 − p). The two cancel, and at the logit z, before the sigmoid, a prediction is pulled towards its label by
          as much as it is off.
        </p>
        <div class="beside">
          <Curve y={y} p={p} losses={losses} />
          <Slopes y={y} p={p} />
        </div>
      </div>
      <Settled
        text={`Label ${fixed(y, 2)}, prediction ${fixed(p, 2)}: cross-entropy ${fixed(crossEntropy(y, p))}, BCELoss ${bce}, gradient at p ${atProbability}, at the logit ${atLogit}`}
      />
    </>
  );
}

function bars(y: number, p: number): BarGroup[] {
  const colors = ["var(--zero)", "var(--one)"];
  return classTerms(y, p).map(({ name, label, prediction }, i) => ({
    name,
    bars: [
      { name: "label", value: label, text: fixed(label, 2), color: colors[i] },
      { name: "prediction", value: prediction, text: fixed(prediction, 2), color: colors[i] },
    ],
  }));
}

function barsDescription(y: number, p: number): string {
  const [zero, one] = classTerms(y, p);
  return `The label gives class 0 ${fixed(zero.label, 2)} and class 1 ${fixed(one.label, 2)}; the prediction ${fixed(zero.prediction, 2)} and ${fixed(one.prediction, 2)}.`;
}

function CrossEntropy({ y, p, bce }: { readonly y: number; readonly p: number; readonly bce: string }) {
  const figures = distributionFigures(y, p);
  return (
    <div class="stack">
      <table class="terms">
        <caption>What each class adds</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">label</th>
            <th scope="col">prediction</th>
            <th scope="col">−log</th>
            <th scope="col">label × −log</th>
          </tr>
        </thead>
        <tbody>
          {classTerms(y, p).map(({ name, label, prediction, surprise, product }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{fixed(label, 2)}</td>
              <td>{fixed(prediction, 2)}</td>
              <td>{fixed(surprise)}</td>
              <td>{fixed(product)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl class="results">
        <div class="main">
          <dt>Cross-entropy</dt>
          <dd>{figures.crossEntropy}</dd>
          <dd class="formula">−(1 − y) log(1 − p) − y log p</dd>
          <dd class="formula">= {figures.filledIn}</dd>
        </div>
        <div>
          <dt>of which the label's own entropy</dt>
          <dd>{figures.entropy}</dd>
        </div>
        <div>
          <dt>and Kullback and Leibler's divergence</dt>
          <dd>{figures.divergence}</dd>
        </div>
        <div class="main">
          <dt>
            <code>BCELoss</code>, in float32
          </dt>
          <dd>{bce}</dd>
          <dd class="formula">takes no logarithm below −100</dd>
        </div>
      </dl>
    </div>
  );
}

interface CurveProps {
  readonly y: number;
  readonly p: number;
  readonly losses: Losses | null;
}

function Curve({ y, p, losses }: CurveProps) {
  const series = useMemo(() => curves(y, p, losses?.losses ?? []), [y, p, losses]);
  const loss = crossEntropy(y, p);
  return (
    <LineChart
      title={`Loss over p, for y = ${fixed(y, 2)}`}
      description={`BCELoss for p from 0 to 1 and the label ${fixed(y, 2)}. It is least, ${fixed(entropy(y))}, at p = ${fixed(y, 2)}; at p = ${fixed(p, 2)} it is ${fixed(loss)}${loss > highest ? ", above the chart" : ""}.`}
      series={series}
      xLabel="p"
      yLabel="loss"
      xDomain={{ from: 0, to: 1 }}
      yDomain={{ from: 0, to: highest }}
      height={240}
      empty="Loading Cresset …"
    />
  );
}

/** Empty as long as there are no losses. */
function curves(y: number, p: number, losses: readonly number[]): Series[] {
  const within = (loss: number): number => (loss > highest ? Number.NaN : loss);
  const line = losses.length === 0 ? { x: [], y: [] } : tangent(y, p, highest);
  const point = losses.slice(Math.round(p * 200)).slice(0, 1);
  return [
    { name: "BCELoss", color: "var(--accent)", x: curve.slice(0, losses.length), y: losses.map(within) },
    { name: "tangent", color: "var(--one)", dashed: true, x: line.x, y: line.y },
    { name: "at p", color: "var(--one)", dots: 5, x: point.map(() => p), y: point.map(within) },
  ];
}

function Slopes({ y, p }: { readonly y: number; readonly p: number }) {
  const figures = slopeFigures(y, p);
  return (
    <dl class="results">
      <div class="main">
        <dt>At p</dt>
        <dd>{figures.atProbability}</dd>
        <dd class="formula">dL/dp = (p − y) / (p (1 − p))</dd>
        <dd class="formula">= {figures.filledInAtProbability}</dd>
      </div>
      <div>
        <dt>The logit whose sigmoid is p</dt>
        <dd>{figures.logit}</dd>
        <dd class="formula">z = log(p / (1 − p))</dd>
      </div>
      <div class="main">
        <dt>At the logit</dt>
        <dd>{figures.atLogit}</dd>
        <dd class="formula">dL/dz = dL/dp × p (1 − p) = p − y</dd>
        <dd class="formula">= {figures.filledInAtLogit}</dd>
      </div>
    </dl>
  );
}
