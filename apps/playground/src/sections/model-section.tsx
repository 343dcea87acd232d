import { activationNames, lossNames, optimizerNames, type TrainingOptions } from "@cresset/tabular";
import { Choice, NumberField, Select } from "../parts/fields.tsx";
import { Section } from "../parts/section.tsx";
import { trainingOptions } from "../state/choices.ts";
import { chooseTraining, configured } from "../state/session.ts";

const learningRates = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const dropouts = [0, 0.1, 0.2, 0.3, 0.5];
const mostLayers = 5;

/** The network, and how it learns. A change begins the training anew. */
export function ModelSection() {
  const { activation, dropout, loss, optimizer, lr, batchSize, seed } = trainingOptions.value;
  const run = configured.value;
  return (
    <Section
      id="model"
      title="Model"
      aside={<span class="small soft">{run === null ? "" : `${run.parameters.toLocaleString("en")} parameters`}</span>}
    >
      <Layers />
      <div class="fields">
        <Select
          label="Activation"
          value={activation}
          options={named(activationNames)}
          onChoose={choose("activation")}
        />
        <Select
          label="Dropout"
          value={dropout}
          options={withCurrent(dropouts, dropout).map((value) => ({
            value,
            text: value === 0 ? "None" : String(value),
          }))}
          onChoose={choose("dropout")}
        />
      </div>
      <div class="part">
        <Choice label="Loss" value={loss} options={named(lossNames)} onChoose={choose("loss")} />
        <p class="small soft">
          {loss === "BCELoss"
            ? "The network ends with a sigmoid, and the loss takes its probabilities."
            : "The network ends with a number, the logit; the loss has the sigmoid in it, and keeps its digits where that saturates."}
        </p>
      </div>
      <div class="fields">
        <Select label="Optimizer" value={optimizer} options={named(optimizerNames)} onChoose={choose("optimizer")} />
        <Select
          label="Learning rate"
          value={lr}
          options={withCurrent(learningRates, lr).map((value) => ({ value, text: String(value) }))}
          onChoose={choose("lr")}
        />
        <Select
          label="Rows in a step"
          value={batchSize ?? 0}
          options={withCurrent([0, 16, 32, 64, 256], batchSize ?? 0).map((value) => ({
            value,
            text: value === 0 ? "All" : String(value),
          }))}
          onChoose={(value) => chooseTraining({ batchSize: value === 0 ? null : value })}
        />
        <NumberField label="Seed" value={seed} least={0} most={999_999_999} onChoose={choose("seed")} />
      </div>
      <p class="small soft">What is changed here, or above, begins the training anew.</p>
    </Section>
  );
}

const choose =
  <K extends keyof TrainingOptions>(name: K) =>
  (value: TrainingOptions[K]): void =>
    chooseTraining({ [name]: value });

const named = <T extends string>(names: readonly T[]) => names.map((value) => ({ value, text: value }));

/** Usual values, and the one that is chosen if it is another (from a file). */
function withCurrent(usual: readonly number[], current: number): number[] {
  return [...new Set([...usual, current])].sort((a, b) => a - b);
}

/** Widths of hidden layers, between the inputs and the one output. */
function Layers() {
  const { hidden } = trainingOptions.value;
  const inputs = configured.value?.inputs.length;
  const change = (widths: readonly number[]): void => chooseTraining({ hidden: widths });
  return (
    <fieldset class="layers">
      <legend>Hidden layers</legend>
      <div class="widths">
        <span class="end">
          {inputs ?? "–"} <small>in</small>
        </span>
        {hidden.map((width, i) => (
          <NumberField
            key={i}
            label={`Layer ${i + 1}`}
            value={width}
            least={1}
            most={1000}
            onChoose={(value) => change(hidden.with(i, value))}
          />
        ))}
        <span class="end">
          1 <small>out</small>
        </span>
      </div>
      <div class="actions">
        <button
          type="button"
          class="quiet"
          disabled={hidden.length >= mostLayers}
          onClick={() => change([...hidden, hidden.at(-1) ?? 100])}
        >
          Add a layer
        </button>
        <button type="button" class="quiet" disabled={hidden.length === 0} onClick={() => change(hidden.slice(0, -1))}>
          Remove the last
        </button>
      </div>
    </fieldset>
  );
}
