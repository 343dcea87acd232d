/** Everything of a training step that is not a kernel: the binary classifier on the null backend, which computes nothing. */
import { nullCompetitor } from "../competitors.ts";
import { classifierInputs, losses, rate, trainingWarmUp } from "./classifier.ts";
import type { Work } from "./work.ts";

function step(name: string, unread: boolean): Work {
  return {
    name,
    task: { kind: "train", network: "classifier", rate, losses, unread },
    inputs: () => classifierInputs(32),
    warmUpSeconds: trainingWarmUp,
    competitors: () => [nullCompetitor()],
  };
}

/** With the loss read in every step, and never read. */
export const overhead: readonly Work[] = [step("overhead", false), step("overhead-unread", true)];
