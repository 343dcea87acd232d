import { useRef } from "preact/hooks";
import { Distributions } from "./distributions.tsx";
import { PrintedExample } from "./printed-example.tsx";
import { Saturation } from "./saturation.tsx";
import { type Library, useLibrary } from "./use-library.ts";

/** "Is this loss right?": what binary cross-entropy measures, to see and to move. */
export function LossPanel() {
  const panel = useRef<HTMLDivElement>(null);
  const { library, problem } = useLibrary(panel);
  return (
    <div class="loss-panel" ref={panel}>
      {problem !== null && (
        <p class="notice error" role="alert">
          Cresset could not be loaded for this panel, so its own numbers are missing: {problem}
        </p>
      )}
      <LossPanelContents library={library} />
    </div>
  );
}

/** The panel with the library's numbers, or with their places empty. */
export function LossPanelContents({ library }: { readonly library: Library | null }) {
  return (
    <>
      <p class="lead">
        Yes. A label of 0 or 1 is a distribution too: all its mass is on the class that is true. The cross-entropy of
        label and prediction is all that <code>BCELoss</code> computes, for each row, and then the mean. Nothing is
        scaled.
      </p>
      <Distributions library={library} />
      <Saturation library={library} />
      <PrintedExample library={library} />
    </>
  );
}
