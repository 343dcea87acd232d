import { tickText } from "../../chart/index.ts";
import { Select } from "../../parts/fields.tsx";
import { type DataDraft, labelColumns } from "../../state/choices.ts";
import { chooseData } from "../../state/session.ts";
import type { ColumnSummary, TableSummary } from "../../worker/protocol.ts";

export interface TableProps {
  readonly summary: TableSummary;
  readonly draft: DataDraft;
}

/** The column of labels, and the columns to learn from. */
export function Columns({ summary, draft }: TableProps) {
  const { target, features } = draft;
  const labels = labelColumns(summary);
  if (labels.length === 0)
    return (
      <p class="notice error" role="alert">
        No column can be the labels: these are 0 or 1 in every row (or true and false), with none missing.
      </p>
    );
  return (
    <>
      <Select
        label="Label column"
        value={target ?? ""}
        options={labels.map(({ name }) => ({ value: name, text: name }))}
        onChoose={(name) =>
          // What was the labels can be learned from, as can be any other column of numbers.
          chooseData({
            target: name,
            features: [...features.filter((one) => one !== name), ...(target === null ? [] : [target])],
          })
        }
      />
      <fieldset class="columns-list">
        <legend>Columns to learn from</legend>
        <div class="rows">
          {summary.columns
            .filter(({ name }) => name !== target)
            .map((column) => (
              <ColumnRow key={column.name} column={column} draft={draft} />
            ))}
        </div>
        {features.length === 0 && <p class="small soft">Choose at least one.</p>}
      </fieldset>
    </>
  );
}

function ColumnRow({ column, draft: { features } }: { readonly column: ColumnSummary; readonly draft: DataDraft }) {
  const { name, kind, text } = column;
  const usable = kind === "number" || kind === "boolean";
  return (
    <label class={usable ? "row" : "row off"}>
      <input
        type="checkbox"
        checked={features.includes(name)}
        disabled={!usable}
        onChange={({ currentTarget }) =>
          chooseData({ features: currentTarget.checked ? [...features, name] : features.filter((one) => one !== name) })
        }
      />
      <span class="name">{name}</span>
      <span class="range">{usable ? rangeOf(column) : kind === "empty" ? "empty" : `text: “${text}”`}</span>
    </label>
  );
}

function rangeOf({ kind, smallest, largest, missing, sentinels }: ColumnSummary): string {
  const range = kind === "boolean" ? "true, false" : `${signed(smallest)} to ${signed(largest)}`;
  const codes = sentinels.map(({ value, count }) => `, ${signed(value)} × ${count.toLocaleString("en")}`).join("");
  return `${range}${codes}${missing > 0 ? `, ${missing.toLocaleString("en")} missing` : ""}`;
}

/** With a minus sign instead of a hyphen. */
export function signed(value: number): string {
  return (Number.isInteger(value) && Math.abs(value) < 1e9 ? value.toLocaleString("en") : tickText(value)).replace(
    "-",
    "−",
  );
}
