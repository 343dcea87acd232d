import { Figure } from "../../chart/index.ts";
import { measured } from "../../state/progress.ts";

/** Rows by what they are and what they are taken for. */
export function Confusion() {
  const found = measured.value;
  const { trueNegatives, falsePositives, falseNegatives, truePositives } = found?.confusion ?? {};
  return (
    <Figure
      title="Confusion"
      aside={<span class="soft">{found?.part === "train" ? "training rows" : "test rows"}</span>}
    >
      <table class="confusion">
        <caption class="visually-hidden">Rows by their class and by the class that is predicted, at one half</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">predicted 0</th>
            <th scope="col">predicted 1</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">is 0</th>
            <Cell count={trueNegatives} of={trueNegatives} and={falsePositives} kind="zero" />
            <Cell count={falsePositives} of={trueNegatives} and={falsePositives} kind="wrong" />
          </tr>
          <tr>
            <th scope="row">is 1</th>
            <Cell count={falseNegatives} of={falseNegatives} and={truePositives} kind="wrong" />
            <Cell count={truePositives} of={falseNegatives} and={truePositives} kind="one" />
          </tr>
        </tbody>
      </table>
    </Figure>
  );
}

interface CellProps {
  readonly count: number | undefined;
  readonly of: number | undefined;
  readonly and: number | undefined;
  readonly kind: "zero" | "one" | "wrong";
}

function Cell({ count, of = 0, and = 0, kind }: CellProps) {
  const all = of + and;
  return (
    <td class={kind}>
      <b>{count?.toLocaleString("en") ?? "–"}</b>
      <small>{count === undefined || all === 0 ? " " : `${Math.round((100 * count) / all)} %`}</small>
    </td>
  );
}
