import type { ClassBalance } from "@cresset/tabular";
import { configured } from "../../state/session.ts";

/** How many rows are labelled 0 and 1, of those that train and those that test. */
export function Balance() {
  const run = configured.value;
  return (
    <dl class="balance">
      <Part name="Training" rows={run?.train ?? null} />
      <Part name="Test" rows={run?.test ?? null} />
    </dl>
  );
}

function Part({ name, rows }: { readonly name: string; readonly rows: ClassBalance | null }) {
  const { zeros, ones } = rows ?? { zeros: 0, ones: 0 };
  const count = zeros + ones;
  return (
    <div>
      <dt>
        {name} <span class="soft">{count.toLocaleString("en")} rows</span>
      </dt>
      <dd>
        <span class="bar" aria-hidden="true">
          <i style={{ width: count === 0 ? "0" : `${(100 * zeros) / count}%` }} />
          <i style={{ width: count === 0 ? "0" : `${(100 * ones) / count}%` }} />
        </span>
        <span class="small soft">
          {count === 0
            ? "–"
            : `${zeros.toLocaleString("en")} of class 0, ${ones.toLocaleString("en")} of class 1 (${Math.round((100 * ones) / count)} %)`}
        </span>
      </dd>
    </div>
  );
}
