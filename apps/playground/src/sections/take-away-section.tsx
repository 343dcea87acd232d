import { useSignal } from "@preact/signals";
import { download } from "../parts/download.ts";
import { FileButton } from "../parts/fields.tsx";
import { Section } from "../parts/section.tsx";
import { table } from "../state/choices.ts";
import { messageOf } from "../state/problem.ts";
import { epoch } from "../state/progress.ts";
import { configured, loadWeights } from "../state/session.ts";
import { worker } from "../state/worker.ts";

/** A file's name without what says its kind. */
const stemOf = (name: string): string => name.replace(/\.\w+$/, "");

/** Weights and predictions as files, and weights back from one. */
export function TakeAwaySection() {
  const said = useSignal<{ readonly text: string; readonly wrong: boolean } | null>(null);
  const none = configured.value === null;
  const stem = stemOf(table.value?.fileName ?? "table");
  const attempt = async (task: () => Promise<string>): Promise<void> => {
    try {
      said.value = { text: await task(), wrong: false };
    } catch (error) {
      said.value = { text: messageOf(error), wrong: true };
    }
  };
  const save = (make: () => Promise<Blob>, name: string) => () =>
    attempt(async () => {
      download(await make(), name);
      return `${name} is in your downloads.`;
    });
  return (
    <Section id="take-away" title="Take it away">
      <p class="soft">
        Weights are a safetensors file, one for PyTorch's <code>torch.load</code>, or an ONNX graph that any engine runs
        on the table's columns, with scaling and the optimizer's state in it: Cresset and the command{" "}
        <code>cresset</code> read all three. Loaded again beside the same table, the training goes on as if it had not
        stopped.
      </p>
      <div class="actions">
        <button
          type="button"
          disabled={none}
          onClick={save(() => worker.saveWeights("safetensors"), `${stem}.safetensors`)}
        >
          Download weights
        </button>
        <button type="button" disabled={none} onClick={save(() => worker.saveWeights("pytorch"), `${stem}.pt`)}>
          Download for PyTorch
        </button>
        <button type="button" disabled={none} onClick={save(() => worker.saveWeights("onnx"), `${stem}.onnx`)}>
          Download as ONNX
        </button>
        <button type="button" disabled={none} onClick={save(() => worker.predictions(), `${stem}-predictions.csv`)}>
          Download predictions
        </button>
        <FileButton
          accept=".csv,.tsv,.txt,text/csv"
          disabled={none}
          onChoose={(file) => {
            const name = `${stemOf(file.name)}-predictions.csv`;
            void save(() => worker.predictions(file), name)();
          }}
        >
          Predict another table
        </FileButton>
        <FileButton
          accept=".safetensors,.pt,.pth,.onnx"
          disabled={table.value === null}
          onChoose={(file) =>
            attempt(async () => {
              await loadWeights(file);
              return `${file.name} is loaded, at epoch ${epoch.peek().toLocaleString("en")}.`;
            })
          }
        >
          Load weights
        </FileButton>
      </div>
      <p class={said.value?.wrong ? "said error" : "said"} role="status">
        {said.value?.text ?? ""}
      </p>
    </Section>
  );
}
