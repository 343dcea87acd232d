import { useEffect } from "preact/hooks";
import { LossPanel } from "./loss-panel/loss-panel.tsx";
import { Section } from "./parts/section.tsx";
import { DataSection } from "./sections/data-section.tsx";
import { ModelSection } from "./sections/model-section.tsx";
import { ProgramsSection } from "./sections/programs-section.tsx";
import { TakeAwaySection } from "./sections/take-away-section.tsx";
import { TrainingSection } from "./sections/training-section.tsx";
import { problem, ready } from "./state/problem.ts";

const sections = [
  ["data", "Data"],
  ["model", "Model"],
  ["training", "Training"],
  ["take-away", "Take it away"],
  ["programs", "The program"],
  ["loss", "Is this loss right?"],
] as const;

/** The whole page. */
export function App() {
  return (
    <div class="page">
      <header class="head">
        <h1>Cresset Playground</h1>
        <p>
          Train a binary classifier on your own table, with PyTorch's numbers, in this page. The data never leaves it:
          the browser itself forbids the page to connect to anything.
        </p>
        <nav aria-label="Sections">
          <ul>
            {sections.map(([id, title]) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main class="stack">
        {problem.value !== null && (
          <p class="notice error" role="alert">
            {problem.value}
          </p>
        )}
        {ready.value ? <Sections /> : <p class="soft">Loading …</p>}
      </main>
    </div>
  );
}

function Sections() {
  // The address may name a section that was not there when the page was loaded.
  useEffect(() => document.getElementById(location.hash.slice(1))?.scrollIntoView(), []);
  return (
    <>
      <div class="columns">
        <div class="stack">
          <DataSection />
          <ModelSection />
        </div>
        <div class="stack">
          <TrainingSection />
          <TakeAwaySection />
        </div>
      </div>
      <ProgramsSection />
      <Section id="loss" title="Is this loss right?">
        <LossPanel />
      </Section>
    </>
  );
}
