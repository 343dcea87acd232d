import { LossPanel } from "./loss-panel/loss-panel.tsx";
import { Section } from "./parts/section.tsx";

export function App() {
  return (
    <div class="page">
      <header class="head">
        <div>
          <h1>Cresset Playground</h1>
          <p>Train a binary classifier on a table of your own, with PyTorch's numbers, in this page.</p>
        </div>
      </header>
      <main class="stack">
        <Section id="loss" title="Is this loss right?">
          <LossPanel />
        </Section>
      </main>
    </div>
  );
}
