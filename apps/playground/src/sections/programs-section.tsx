import { CopyButton } from "../parts/copy-button.tsx";
import { download } from "../parts/download.ts";
import { Section } from "../parts/section.tsx";
import { table } from "../state/choices.ts";
import { fail } from "../state/problem.ts";
import { configured, programs } from "../state/session.ts";
import { worker } from "../state/worker.ts";

/** What the page runs, as programs to take along. */
export function ProgramsSection() {
  const texts = programs.value;
  const file = table.value?.fileName ?? "";
  return (
    <Section
      id="programs"
      title="The program"
      aside={
        <button
          type="button"
          class="quiet"
          disabled={configured.value === null}
          onClick={() =>
            worker
              .table()
              .then((csv) => download(csv, file))
              .catch(fail)
          }
        >
          Download the table
        </button>
      }
    >
      <p class="soft">
        What this page trains, in both languages: same table, same random numbers, same losses. Each runs as it is
        beside the table.
      </p>
      <div class="programs">
        <Program
          title="TypeScript"
          run="npm install cresset papaparse && node classifier.ts"
          text={texts?.typescript ?? ""}
        />
        <Program title="PyTorch" run="python3 classifier.py" text={texts?.pytorch ?? ""} />
      </div>
    </Section>
  );
}

interface ProgramProps {
  readonly title: string;
  readonly run: string;
  readonly text: string;
}

function Program({ title, run, text }: ProgramProps) {
  return (
    <div class="program">
      <header>
        <h3>{title}</h3>
        <CopyButton text={text} what={`the ${title} program`} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard. */}
      <section class="text" tabIndex={0} aria-label={`The program in ${title}`}>
        <pre>{text}</pre>
      </section>
      <code class="run">{run}</code>
    </div>
  );
}
