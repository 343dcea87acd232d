import { Check, Choice, Select } from "../../parts/fields.tsx";
import { chosenColumns, hasGaps, hasSentinels } from "../../state/choices.ts";
import { chooseData } from "../../state/session.ts";
import { signed, type TableProps } from "./columns.tsx";

/** What is done before anything learns: sentinels, gaps, scale, split. */
export function Preparing({ summary, draft }: TableProps) {
  const { sentinels, missing, indicators, scale, testSplit } = draft;
  return (
    <>
      {hasSentinels(summary, draft) && (
        <div class="part">
          <p class="notice warning">
            {sentence(summary, draft)}{" "}
            {sentinels === "keep" && "Kept as numbers, they outweigh all others in their columns."}
          </p>
          <Choice
            label="These numbers"
            value={sentinels}
            options={[
              { value: "missing", text: "Count as missing" },
              { value: "keep", text: "Stay numbers" },
            ]}
            onChoose={(chosen) => chooseData({ sentinels: chosen })}
          />
        </div>
      )}
      {hasGaps(summary, draft) && (
        <div class="part">
          <Choice
            label="Missing values become"
            value={missing === "mean" ? "mean" : "median"}
            options={[
              { value: "median", text: "The median" },
              { value: "mean", text: "The mean" },
            ]}
            onChoose={(chosen) => chooseData({ missing: chosen })}
          />
          <Check checked={indicators} onChoose={(chosen) => chooseData({ indicators: chosen })}>
            Add a column that says where one was missing
          </Check>
        </div>
      )}
      <div class="fields">
        <Select
          label="Scale of columns"
          value={scale}
          options={[
            { value: "standard", text: "Standardise" },
            { value: "none", text: "As they are" },
          ]}
          onChoose={(chosen) => chooseData({ scale: chosen })}
        />
        <Select
          label="Put aside to test"
          value={testSplit}
          options={[...new Set([0, 0.1, 0.2, 0.3, 0.5, testSplit])]
            .sort((a, b) => a - b)
            .map((value) => ({ value, text: value === 0 ? "None" : `${Math.round(value * 100)} %` }))}
          onChoose={(chosen) => chooseData({ testSplit: chosen })}
        />
      </div>
    </>
  );
}

/** "−99 in open_rate and click_rate, −1 in days seem to stand for “no value”." */
function sentence(summary: TableProps["summary"], draft: TableProps["draft"]): string {
  const columns = new Map<number, string[]>();
  for (const { name, sentinels } of chosenColumns(summary, draft))
    for (const { value } of sentinels) columns.set(value, [...(columns.get(value) ?? []), name]);
  const list = new Intl.ListFormat("en");
  const parts = [...columns].map(([value, names]) => `${signed(value)} in ${list.format(names)}`);
  return `${list.format(parts)} ${parts.length === 1 ? "seems" : "seem"} to stand for “no value”.`;
}
