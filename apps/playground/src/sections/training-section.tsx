import { Section } from "../parts/section.tsx";
import { breakdown } from "../state/progress.ts";
import { Backends } from "./training/backends.tsx";
import { Boundary } from "./training/boundary.tsx";
import { Calibration } from "./training/calibration.tsx";
import { Confusion } from "./training/confusion.tsx";
import { Controls } from "./training/controls.tsx";
import { Losses } from "./training/losses.tsx";
import { RocCurve } from "./training/roc-curve.tsx";
import { Standing } from "./training/standing.tsx";

/** The training as it goes: what to do with it, where it stands, how good it is. */
export function TrainingSection() {
  return (
    <Section id="training" title="Training">
      <div class="training-bar">
        <Controls />
        <Backends />
      </div>
      {breakdown.value !== null && (
        <p class="notice error" role="alert">
          {breakdown.value}
        </p>
      )}
      <Standing />
      <Losses />
      <div class="charts">
        <Boundary />
        <RocCurve />
        <Calibration />
        <Confusion />
      </div>
    </Section>
  );
}
