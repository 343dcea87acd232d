import { useMemo, useState } from "preact/hooks";
import { LineChart, type Series } from "../chart/index.ts";
import { fixed } from "./figures.ts";
import type { LossesOfLogits } from "./library.ts";
import { becomesOne, becomesZero, logits, type SaturationFigures, saturationFigures } from "./saturation-figures.ts";
import { Settled } from "./settled.tsx";
import { Slider } from "./slider.tsx";
import type { Library } from "./use-library.ts";

/** What stands in place of the library's numbers until it is loaded. */
const pending: SaturationFigures = {
  state: "none",
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
  const figures = losses === null ? pending : saturationFigures(logits.indexOf(z), y, losses);
  const { loss, slope } = figures;
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
              <button type="button" key={place} aria-label={`z = ${place}`} onClick={() => setZ(place)}>
                {fixed(place, 0)}
              </button>
            ))}
          </fieldset>
        </div>
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
      <table class="wide">
        <caption class="visually-hidden">Both losses and their slopes at z, beside the exact values</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">loss</th>
            <th scope="col">slope dL/dz</th>
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
              <code>BCEWithLogitsLoss</code>
            </th>
            <td>{loss.withLogits}</td>
            <td>{slope.withLogits}</td>
          </tr>
        </tbody>
      </table>
      <Explanations figures={figures} />
      <div class="beside">
        <LineChart
          title="Loss over z"
          description={`From z = −120 to 120, for the label ${fixed(y, 2)}. BCEWithLogitsLoss grows with |z| where the label is wrong; BCELoss jumps to 100 times the mass that the label gives to what the prediction rules out, from z = ${becomesOne} on and below ${fixed(becomesZero, 2)}. At z = ${fixed(z, 2)} they are ${loss.withLogits} and ${loss.bce}.`}
          series={losses === null ? [] : curves(losses, z, "losses")}
          xLabel="z"
          yLabel="loss"
          xDomain={{ from: -120, to: 120 }}
          yDomain={{ from: 0, to: 120 }}
          marks={marks}
          empty="Loading Cresset …"
        />
        <LineChart
          title="Slope over z"
          description={`From z = −120 to 120, for the label ${fixed(y, 2)}. BCEWithLogitsLoss's slope is p − y everywhere; BCELoss's is 0 from z = ${becomesOne} on, and fades to 0 below z = −27. At z = ${fixed(z, 2)} they are ${slope.withLogits} and ${slope.bce}.`}
          series={losses === null ? [] : curves(losses, z, "slopes")}
          xLabel="z"
          yLabel="slope"
          xDomain={{ from: -120, to: 120 }}
          yDomain={{ from: -1, to: 1 }}
          marks={marks}
          empty="Loading Cresset …"
        />
      </div>
      <p>
        Wherever the slider is, <code>BCEWithLogitsLoss</code> is off by less than 0.000001, and its slope by less than
        0.0000001. So write a network without the sigmoid at its end, and take the sigmoid where you want probabilities.
      </p>
      <Settled
        text={`Logit ${fixed(z, 2)}, label ${fixed(y, 2)}: exact loss ${loss.exact}, slope ${slope.exact}; BCELoss ${loss.bce}, slope ${slope.bce}; BCEWithLogitsLoss ${loss.withLogits}, slope ${slope.withLogits}`}
      />
    </div>
  );
}

const marks = [
  { x: becomesZero, text: "p = 0" },
  { x: becomesOne, text: "p = 1" },
];

function curves({ bce, withLogits }: LossesOfLogits, z: number, of: "losses" | "slopes"): Series[] {
  const place = logits.indexOf(z);
  return [
    { name: "BCEWithLogitsLoss", color: "var(--accent)", x: logits, y: withLogits[of] },
    { name: "BCELoss", color: "var(--one)", dashed: true, x: logits, y: bce[of] },
    { name: "at z", color: "var(--ink)", dots: 4, x: [z, z + 1e-9], y: [withLogits[of][place], bce[of][place]] },
  ];
}

/** What is the matter at z. All texts have one place, as large as the longest, so that nothing below moves. */
function Explanations({ figures }: { readonly figures: SaturationFigures }) {
  const texts: Record<SaturationFigures["state"], string> = {
    one: `From z = ${becomesOne} on, the sigmoid is exactly 1 in float32. Then log(1 − p) would be −∞, at which BCELoss stops at −100, and the sigmoid is flat: the slope is 0, also for a row of label 0, which could not be more wrong. It teaches nothing.`,
    zero: `From z = ${fixed(becomesZero, 2)} down, the sigmoid is exactly 0 in float32. Then log p would be −∞, at which BCELoss stops at −100, and the sigmoid is flat: the slope is 0, also for a row of label 1, which could not be more wrong. It teaches nothing.`,
    divisor: `The slope of BCELoss at p divides by p (1 − p), but by no less than 0.000000000001. Here p (1 − p) is below that, so at the logit the slope is too small: it fades as p does. The loss itself is right: near 0, float32 has digits enough.`,
    digits: `Near 1, float32 has few digits for what is missing: 1 − p comes in steps of 2⁻²⁴ ≈ 0.00000006. The logarithm of it makes that visible: BCELoss is off by ${figures.off}.`,
    none: "Here both agree with what is exact, to five decimals.",
  };
  return (
    <div class="alternatives">
      {Object.entries(texts).map(([state, text]) => (
        <p key={state} class={state === figures.state ? "shown" : ""} aria-hidden={state !== figures.state}>
          {text}
        </p>
      ))}
    </div>
  );
}
