import { useMemo, useState } from "preact/hooks";
import { LineChart, type Series } from "../chart/index.ts";
import { fixed } from "./figures.ts";
import type { LossesOfLogits } from "./library.ts";
import {
  becomesOne,
  becomesZero,
  logits,
  type SaturationFigures,
  type Saturation as State,
  saturationFigures,
} from "./saturation-figures.ts";
import { Settled } from "./settled.tsx";
import { Slider } from "./slider.tsx";
import type { Library } from "./use-library.ts";

/** What stands in place of the library's numbers until it is loaded. */
const pending = {
  state: null,
  probability: "…",
  rest: "…",
  exactRest: "…",
  loss: { exact: "…", bce: "…", withLogits: "…" },
  slope: { exact: "…", bce: "…", withLogits: "…" },
  off: "…",
};

/** Logits at which the guide shows both losses. */
const places = [-30, 2, 10, 20, 120];

/** BCELoss of a sigmoid and BCEWithLogitsLoss, over logits far beyond what float32's sigmoid can tell apart. */
export function Saturation({ library }: { readonly library: Library | null }) {
  const [y, setY] = useState(0);
  const [z, setZ] = useState(20);
  const losses = useMemo(() => library?.bothLosses(logits, y) ?? null, [library, y]);
  const figures: SaturationFigures | typeof pending =
    losses === null ? pending : saturationFigures(logits.indexOf(z), y, losses);
  const { loss, slope } = figures;
  const texts = explanations(figures.off);
  return (
    <div class="part">
      <h3>Where a probability cannot go</h3>
      <p>
        A sigmoid and <code>BCELoss</code>, one after the other, beside <code>BCEWithLogitsLoss</code>, which takes the
        logit itself. Cresset computes both in float32; what is exact is computed in float64.
      </p>
      <div class="beside">
        <div class="stack">
          <Slider label="Logit z" shown={fixed(z, 2)} min={-120} max={120} step={0.25} value={z} onChange={setZ} />
          <Slider label="Label y" shown={fixed(y, 2)} min={0} max={1} step={0.01} value={y} onChange={setY} />
          <fieldset class="places">
            <legend>Go to z</legend>
            {places.map((place) => (
              <button type="button" key={place} aria-label={`z = ${fixed(place, 0)}`} onClick={() => setZ(place)}>
                {fixed(place, 0)}
              </button>
            ))}
          </fieldset>
        </div>
        <div class="stack">
          <table class="compared">
            <caption class="visually-hidden">Both losses and their gradients at z, beside the exact values</caption>
            <thead>
              <tr>
                <td />
                <th scope="col">loss</th>
                <th scope="col">gradient dL/dz</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">exact</th>
                <td>{loss.exact}</td>
                <td>{slope.exact}</td>
              </tr>
              <tr>
                <th scope="row">
                  <code>BCELoss</code>
                </th>
                <td>{loss.bce}</td>
                <td>{slope.bce}</td>
              </tr>
              <tr>
                <th scope="row">
                  <code>
                    BCEWith
                    <wbr />
                    LogitsLoss
                  </code>
                </th>
                <td>{loss.withLogits}</td>
                <td>{slope.withLogits}</td>
              </tr>
            </tbody>
          </table>
          <dl class="results">
            <div>
              <dt>p = sigmoid(z), in float32</dt>
              <dd>{figures.probability}</dd>
            </div>
            <div>
              <dt>1 − p, in float32</dt>
              <dd>{figures.rest}</dd>
            </div>
            <div>
              <dt>1 − p, exact</dt>
              <dd>{figures.exactRest}</dd>
            </div>
          </dl>
        </div>
      </div>
      <Explanations texts={texts} state={figures.state} />
      <div class="beside">
        <LineChart
          title="Loss over z"
          description={`From z = −120 to 120, for the label ${fixed(y, 2)}. BCEWithLogitsLoss grows with |z| where the label is wrong; BCELoss jumps to 100 times the mass that the label gives to what the prediction rules out, from z = ${becomesOne} on and below ${fixed(becomesZero, 2)}. At z = ${fixed(z, 2)} they are ${loss.withLogits} and ${loss.bce}.`}
          series={curves(losses, z, "losses")}
          xLabel="z"
          yLabel="loss"
          xDomain={{ from: -120, to: 120 }}
          yDomain={{ from: 0, to: 130 }}
          marks={marks}
          empty="Loading Cresset …"
        />
        <LineChart
          title="Gradient over z"
          description={`From z = −120 to 120, for the label ${fixed(y, 2)}. BCEWithLogitsLoss's gradient is p − y everywhere; BCELoss's is 0 from z = ${becomesOne} on, and fades to 0 below z = −27. At z = ${fixed(z, 2)} they are ${slope.withLogits} and ${slope.bce}.`}
          series={curves(losses, z, "slopes")}
          xLabel="z"
          yLabel="gradient"
          xDomain={{ from: -120, to: 120 }}
          yDomain={{ from: -1.2, to: 1.2 }}
          marks={marks}
          empty="Loading Cresset …"
        />
      </div>
      <p>
        Wherever the slider is, <code>BCEWithLogitsLoss</code> is off by less than 0.000001, and its gradient by less
        than 0.0000001. So write a network without the sigmoid at its end, train it with this loss, and take the sigmoid
        where you want probabilities.
      </p>
      <Settled
        text={`Logit ${fixed(z, 2)}, label ${fixed(y, 2)}: exact loss ${loss.exact}, gradient ${slope.exact}; BCELoss ${loss.bce}, gradient ${slope.bce}; BCEWithLogitsLoss ${loss.withLogits}, gradient ${slope.withLogits}. ${figures.state === null ? "" : texts[figures.state]}`}
      />
    </div>
  );
}

const marks = [
  { x: becomesZero, text: "p = 0" },
  { x: becomesOne, text: "p = 1" },
];

/** Empty as long as there are no losses. */
function curves(losses: LossesOfLogits | null, z: number, of: "losses" | "slopes"): Series[] {
  const [withLogits, bce] = [losses?.withLogits[of] ?? [], losses?.bce[of] ?? []];
  const x = losses === null ? [] : logits;
  const place = logits.indexOf(z);
  const points = losses === null ? [] : [...new Set([withLogits[place], bce[place]])];
  return [
    { name: "BCEWithLogitsLoss", color: "var(--accent)", x, y: withLogits },
    { name: "BCELoss", color: "var(--one)", dashed: true, x, y: bce },
    { name: "at z", color: "var(--ink)", dots: 4, x: points.map(() => z), y: points },
  ];
}

/** What is the matter at z, for each state that there is. */
function explanations(off: string): Record<State, string> {
  return {
    one: `From z = ${becomesOne} on, the sigmoid is exactly 1 in float32. Then log(1 − p) would be −∞, at which BCELoss stops at −100, and the sigmoid is flat: the gradient is 0, also for a row of label 0, which could not be more wrong. It teaches nothing.`,
    zero: `From z = ${fixed(becomesZero, 2)} down, the sigmoid is exactly 0 in float32. Then log p would be −∞, at which BCELoss stops at −100, and the sigmoid is flat: the gradient is 0, also for a row of label 1, which could not be more wrong. It teaches nothing.`,
    divisor: `The gradient of BCELoss at p divides by p (1 − p), but by no less than 0.000000000001. Here p (1 − p) is below that, so at the logit the gradient is too small: it fades as p does. The loss itself is right: near 0, float32 has digits enough.`,
    digits: `Near 1, float32 has few digits for what is missing: 1 − p comes in steps of 2⁻²⁴ ≈ 0.00000006. The logarithm of it makes that visible: BCELoss is off by ${off}.`,
    none: "Here both agree with what is exact, to five decimals.",
  };
}

/** All texts have one place, as large as the longest, so that nothing below moves. */
function Explanations({ texts, state }: { readonly texts: Record<State, string>; readonly state: State | null }) {
  return (
    <div class="alternatives">
      {Object.entries(texts).map(([name, text]) => (
        <p key={name} class={name === state ? "shown" : ""}>
          {text}
        </p>
      ))}
    </div>
  );
}
