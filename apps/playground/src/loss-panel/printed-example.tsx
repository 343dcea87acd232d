import { useMemo } from "preact/hooks";
import { fixed } from "./figures.ts";
import type { Steps } from "./library.ts";
import { expectedRefusal, meanCrossEntropy, meansThatPrintSo, printed, scalings } from "./printed-example-figures.ts";
import type { Library } from "./use-library.ts";

const { inputs, targets, output } = printed;

/** The example of PyTorch's documentation, step by step, and what its numbers would be if the loss scaled anything. */
export function PrintedExample({ library }: { readonly library: Library | null }) {
  const steps = useMemo(() => library?.steps(inputs, targets) ?? null, [library]);
  const refusal = useMemo(() => library?.refusal(inputs, targets) ?? null, [library]);
  const [least, largest] = meansThatPrintSo(inputs, targets);
  const losses = steps === null ? ["…", "…", "…"] : steps.losses.map((loss) => fixed(loss));
  return (
    <div class="part">
      <h3>The printed example</h3>
      <p>
        PyTorch's documentation shows <code>BCELoss</code> on three rows, and one draw of it printed the inputs, targets
        and output below. Every number between them is computed by Cresset, in float32.
      </p>
      <div class="beside">
        <StepTable steps={steps} />
        <dl class="results">
          <div class="main">
            <dt>The mean</dt>
            <dd>{steps === null ? "…" : fixed(steps.mean)}</dd>
            <dd class="formula">= ({losses.join(" + ")}) / 3</dd>
          </div>
          <div>
            <dt>
              <code>loss.item()</code>
            </dt>
            <dd>{steps === null ? "…" : steps.mean}</dd>
          </div>
          <div>
            <dt>What was printed</dt>
            <dd>{output}</dd>
          </div>
          <div>
            <dt>
              <code>BCEWithLogitsLoss</code> of the inputs
            </dt>
            <dd>{steps === null ? "…" : fixed(steps.meanWithLogits)}</dd>
          </div>
        </dl>
      </div>
      <p>
        The last digits differ because the inputs were printed with four of theirs. Inputs that print so have means from{" "}
        {fixed(least, 5)} to {fixed(largest, 5)}, the printed one among them; for exactly these, PyTorch gives what
        Cresset does.
      </p>
      <h4>If it scaled them</h4>
      <div class="beside">
        <table>
          <caption>The formula's mean for these probabilities, scaled in several ways</caption>
          <tbody>
            {scalings.map(({ name, scale }, i) => (
              <tr key={name} class={i === 0 ? "main" : ""}>
                <th scope="row">{name}</th>
                <td>{steps === null ? "…" : fixed(meanCrossEntropy(scale(steps.probabilities), targets))}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div class="stack">
          <p>
            <code>BCELoss</code> gives {steps === null ? "…" : fixed(steps.mean)}: the probabilities as they are. Nor
            does it turn the inputs, which are no probabilities, into some. Given those, it answers:
          </p>
          <p class="refusal">
            <code class={refusal === null ? "room" : ""}>{refusal ?? expectedRefusal}</code>
          </p>
        </div>
      </div>
    </div>
  );
}

/** Rows of the table are steps, columns the example's rows: that fits a phone. */
function StepTable({ steps }: { readonly steps: Steps | null }) {
  const each = (values: readonly number[] | undefined): string[] =>
    values?.map((value) => fixed(value)) ?? ["…", "…", "…"];
  const ofTarget = steps?.probabilities.map((p, i) => Math.fround(targets[i] === 1 ? p : 1 - p));
  const rows: { name: string; formula?: string; values: readonly string[] }[] = [
    { name: "input", formula: "z", values: inputs.map((z) => fixed(z)) },
    { name: "sigmoid", formula: "p", values: each(steps?.probabilities) },
    { name: "target", formula: "y", values: targets.map(String) },
    { name: "given to the target", formula: "p or 1 − p", values: each(ofTarget) },
    { name: "the row's loss", formula: "−log of that", values: each(steps?.losses) },
    { name: "gradient", formula: "(p − y) / 3", values: each(steps?.gradient) },
  ];
  return (
    <table class="steps">
      <caption>Step by step</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">row 1</th>
          <th scope="col">row 2</th>
          <th scope="col">row 3</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, formula, values }) => (
          <tr key={name}>
            <th scope="row">
              {name} {formula !== undefined && <span class="soft">{formula}</span>}
            </th>
            {values.map((value, i) => (
              <td key={i}>{value}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
