import { epochs } from "../../state/choices.ts";
import { epoch, losses, measured, rate } from "../../state/progress.ts";

/** The numbers that change while it trains. */
export function Standing() {
  const found = measured.value;
  const part = found?.part === "train" ? "train" : "test";
  const perSecond = rate.value;
  return (
    <dl class="standing">
      <Fact name="Epoch" value={epoch.value.toLocaleString("en")} of={`of ${epochs.value.toLocaleString("en")}`} />
      <Fact name="Loss, train" value={digits(losses.value.at(-1))} />
      <Fact name="Loss, test" value={part === "test" ? digits(found?.loss) : "–"} />
      <Fact name={`Accuracy, ${part}`} value={found === null ? "–" : `${(100 * found.accuracy).toFixed(1)} %`} />
      <Fact name={`AUC, ${part}`} value={digits(found?.auc, 3)} />
      <Fact
        name="Iterations/s"
        value={
          perSecond === null ? "–" : perSecond.toLocaleString("en", { maximumFractionDigits: perSecond < 10 ? 1 : 0 })
        }
      />
    </dl>
  );
}

function Fact({ name, value, of }: { readonly name: string; readonly value: string; readonly of?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value} {of !== undefined && <small>{of}</small>}
      </dd>
    </div>
  );
}

function digits(value: number | undefined, count = 4): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  return value > 0 && value < 10 ** (1 - count) ? value.toExponential(2).replace("-", "−") : value.toFixed(count);
}
