import { useSignal } from "@preact/signals";
import { type SampleName, sampleNames, samples } from "../data/index.ts";
import { FileButton } from "../parts/fields.tsx";
import { Section } from "../parts/section.tsx";
import { dataDraft, source, table } from "../state/choices.ts";
import { dataProblem, openSource, reading } from "../state/session.ts";
import { Balance } from "./data/balance.tsx";
import { Columns } from "./data/columns.tsx";
import { Preparing } from "./data/preparing.tsx";

/** Which table, which column has the labels, and what becomes of gaps. */
export function DataSection() {
  const summary = table.value;
  const draft = dataDraft.value;
  return (
    <Section id="data" title="Data">
      <Samples />
      <DropPlace />
      {dataProblem.value !== null && (
        <p class="notice error" role="alert">
          {dataProblem.value}
        </p>
      )}
      {summary !== null && draft !== null && (
        <>
          <p class="facts">
            <strong>{summary.fileName}</strong>
            <span class="soft">
              {summary.rows.toLocaleString("en")} rows, {summary.columns.length} columns
            </span>
          </p>
          <Columns summary={summary} draft={draft} />
          <Preparing summary={summary} draft={draft} />
          <Balance />
        </>
      )}
    </Section>
  );
}

function Samples() {
  const chosen = source.value;
  return (
    <fieldset class="samples">
      <legend class="visually-hidden">Built-in data</legend>
      {sampleNames.map((name: SampleName) => (
        <label key={name}>
          <input
            type="radio"
            name="sample"
            checked={chosen.kind === "sample" && chosen.name === name}
            onChange={() => openSource({ kind: "sample", name })}
          />
          {samples[name].title}
        </label>
      ))}
    </fieldset>
  );
}

function DropPlace() {
  const over = useSignal(false);
  const open = (file: File | undefined): void => {
    if (file !== undefined) void openSource({ kind: "file", file });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way to what the button does.
    <div
      class={over.value ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        open(event.dataTransfer?.files[0]);
      }}
    >
      <FileButton accept=".csv,.tsv,.txt,text/csv" onChoose={open}>
        Choose a CSV file
      </FileButton>
      <span class="small soft" role="status">
        {reading.value === null
          ? "or drop one here. It stays in this page: nothing is uploaded."
          : `Reading ${reading.value} …`}
      </span>
    </div>
  );
}
