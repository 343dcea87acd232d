import { NumberField } from "../../parts/fields.tsx";
import { epochs } from "../../state/choices.ts";
import { fail } from "../../state/problem.ts";
import { breakdown, epoch, running, started } from "../../state/progress.ts";
import { chooseEpochs, configure, configured, pause, start, step } from "../../state/session.ts";

/** Start, pause, step, reset, and when to stop. */
export function Controls() {
  const none = configured.value === null;
  const trains = running.value;
  const broken = breakdown.value !== null;
  const done = epoch.value >= epochs.value;
  const ready = !none && !broken;
  return (
    <div class="controls">
      <button
        type="button"
        class="primary"
        disabled={!ready || (done && !trains)}
        onClick={() => (trains ? pause() : start()).catch(fail)}
      >
        {trains ? "Pause" : done ? "Finished" : started.value ? "Continue" : "Start"}
      </button>
      <button type="button" disabled={!ready || trains} onClick={() => step().catch(fail)}>
        Step
      </button>
      <button type="button" disabled={none || (!started.value && !broken)} onClick={() => configure().catch(fail)}>
        Reset
      </button>
      <NumberField label="Epochs" value={epochs.value} least={1} most={1_000_000} onChoose={chooseEpochs} />
    </div>
  );
}
