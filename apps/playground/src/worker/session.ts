import {
  type Classifier,
  classBalance,
  inputNames,
  loadClassifier,
  predictCsv,
  prepareData,
  pytorchProgram,
  type SavedFormat,
  saveTraining,
  Training,
  typescriptProgram,
} from "@cresset/tabular";
import type { Backends } from "./backends.ts";
import { Measuring } from "./measuring.ts";
import { type OpenTable, openTable, summaryOf } from "./open-table.ts";
import type {
  BackendName,
  Choices,
  Configured,
  DataChoices,
  Programs,
  Progress,
  Source,
  TableSummary,
} from "./protocol.ts";

/** Milliseconds between reports while it trains. */
const reportEvery = 120;
/** Milliseconds after which messages of the page are looked at. */
const yieldEvery = 30;

/** What belongs to one training. */
interface Run {
  readonly number: number;
  readonly training: Training;
  readonly choices: Choices;
  readonly configured: Configured;
  readonly measuring: Measuring;
  /** Epochs whose losses were reported. */
  reported: number;
  /** Losses of the test rows that are not reported yet. */
  tests: { readonly epoch: number; readonly loss: number }[];
}

/** A table and a training on it. */
export class Session {
  readonly #backends: Backends;
  readonly #report: (progress: Progress) => void;
  #device: BackendName | null = null;
  #open: OpenTable | null = null;
  #run: Run | null = null;
  /** A training from a file that the page has not begun to use. */
  #read: Pick<Run, "training" | "choices"> | null = null;
  /** Until which epoch the run trains; null: it does not. */
  #until: number | null = null;
  #looping = false;
  #opening = 0;

  constructor(backends: Backends, report: (progress: Progress) => void) {
    this.#backends = backends;
    this.#report = report;
  }

  async open(source: Source): Promise<TableSummary> {
    const number = ++this.#opening;
    const opened = await openTable(source);
    // Another one may have been chosen meanwhile.
    if (number !== this.#opening) return summaryOf(opened);
    this.#until = null;
    this.#run = null;
    this.#open = opened;
    return summaryOf(opened);
  }

  async configure(choices: Choices, number: number): Promise<Configured> {
    this.#until = null;
    this.#run = null;
    const data = prepareData(this.#opened().table, { ...choices.data, seed: choices.training.seed });
    const training = Training.create(data, choices.training, this.#device ?? undefined);
    return this.#begin(training, choices, number);
  }

  start(epochs: number): void {
    this.#until = epochs;
    void this.#loop(this.#running());
  }

  pause(): void {
    this.#until = null;
  }

  async step(): Promise<void> {
    const run = this.#running();
    this.#until = null;
    await this.#tried(run, async () => {
      const { seconds } = await run.training.step();
      await this.#tell(run, run.configured.steps / seconds);
    });
  }

  async moveTo(backend: BackendName): Promise<void> {
    await this.#backends.use(backend);
    let run: Run | null;
    do {
      run = this.#run;
      await run?.training.moveTo(backend);
      // Meanwhile another one may have begun, where the last one was.
    } while (run !== this.#run);
    this.#device = backend;
    if (run === null) return;
    this.#send(run, { measured: null, rate: null, error: null });
    if (this.#until === null) await this.#tried(run, () => this.#tell(run, null));
  }

  programs(epochs: number): Programs {
    const { training, choices } = this.#running();
    const { fileName: file, delimiter, table } = this.#opened();
    const options = {
      file,
      delimiter,
      table,
      preparation: training.data.preparation,
      training: training.options,
      testSplit: choices.data.testSplit,
      epochs,
    };
    return { typescript: typescriptProgram(options), pytorch: pytorchProgram(options) };
  }

  async saveWeights(format: SavedFormat): Promise<Blob> {
    return new Blob([await saveTraining(this.#running().training, format)], { type: "application/octet-stream" });
  }

  async readWeights(file: File): Promise<Choices> {
    const classifier = await loadClassifier(file, this.#device === null ? {} : { device: this.#device });
    const choices = choicesOf(classifier);
    const data = prepareData(this.#opened().table, { ...choices.data, seed: choices.training.seed });
    this.#read = { training: await classifier.resume(data), choices };
    return choices;
  }

  async useWeights(number: number): Promise<Configured> {
    if (this.#read === null) throw new Error("no weights were read");
    const { training, choices } = this.#read;
    this.#read = null;
    this.#until = null;
    return this.#begin(training, choices, number);
  }

  async predictions(other?: File): Promise<Blob> {
    const classifier = await loadClassifier(await this.saveWeights("safetensors"));
    const parts: string[] = [];
    for await (const part of predictCsv(classifier, other ?? this.#opened().csv)) parts.push(part);
    return new Blob(parts, { type: "text/csv" });
  }

  table(): Blob {
    return this.#opened().csv;
  }

  async #begin(training: Training, choices: Choices, number: number): Promise<Configured> {
    const { data } = training;
    const measuring = new Measuring(training, this.#opened().table);
    let parameters = 0;
    for (const parameter of training.model.parameters()) parameters += parameter.numel();
    const configured: Configured = {
      inputs: inputNames(data.preparation),
      parameters,
      train: classBalance(data.train.labels),
      test: classBalance(data.test.labels),
      plane: measuring.plane,
      steps: Math.ceil(data.train.length / (training.options.batchSize ?? data.train.length)),
    };
    const run: Run = { number, training, choices, configured, measuring, reported: 0, tests: [] };
    this.#run = run;
    await this.#tried(run, () => this.#tell(run, null));
    return configured;
  }

  async #loop(run: Run): Promise<void> {
    if (this.#looping) return;
    this.#looping = true;
    const ended = await this.#tried(run, async () => {
      let told = performance.now();
      let yielded = told;
      let since = run.training.epoch;
      let pause = reportEvery;
      let testAt = nextTest(since);
      let { device } = run.training;
      const goesOn = (): boolean => this.#run === run && this.#until !== null && run.training.epoch < this.#until;
      while (goesOn()) {
        await run.training.step();
        const now = performance.now();
        if (run.training.device !== device) {
          // The rate is the new backend's alone.
          device = run.training.device;
          told = now;
          since = run.training.epoch;
          continue;
        }
        if (now - told >= pause) {
          const rate = ((run.training.epoch - since) * run.configured.steps * 1000) / (now - told);
          if (goesOn()) await this.#tell(run, rate);
          testAt = nextTest(run.training.epoch);
          // What measuring takes is no part of the rate, and at most a fifth of the time.
          told = performance.now();
          pause = Math.max(reportEvery, 4 * (told - now));
          since = run.training.epoch;
        }
        if (run.training.epoch >= testAt && run.training.data.test.length > 0) {
          const { epoch } = run.training;
          const { loss } = await run.training.evaluate("test");
          run.tests.push({ epoch, loss });
          testAt = nextTest(epoch);
          told += performance.now() - now;
        }
        if (performance.now() - yielded >= yieldEvery) {
          await new Promise((resume) => setTimeout(resume));
          yielded = performance.now();
        }
      }
    });
    this.#looping = false;
    if (this.#run === run) {
      if (!ended) return;
      this.#until = null;
      await this.#tried(run, () => this.#tell(run, null));
    } else if (this.#run !== null && this.#until !== null) void this.#loop(this.#run);
  }

  /** Where a training breaks down, it stops and the page is told why. Gives whether it went well. */
  async #tried(run: Run, task: () => Promise<void>): Promise<boolean> {
    try {
      await task();
      return true;
    } catch (error) {
      if (this.#run !== run) return false;
      this.#until = null;
      this.#send(run, { measured: null, rate: null, error: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  async #tell(run: Run, rate: number | null): Promise<void> {
    const measured = await run.measuring.measure();
    if (this.#run === run) this.#send(run, { measured, rate, error: null });
  }

  #send(run: Run, rest: Pick<Progress, "measured" | "rate" | "error">): void {
    const { training, number, reported, tests } = run;
    this.#report({
      training: number,
      running: this.#until !== null,
      device: training.device,
      epoch: training.epoch,
      from: reported,
      losses: training.losses.slice(reported),
      tests,
      ...rest,
    });
    run.reported = training.epoch;
    run.tests = [];
  }

  #opened(): OpenTable {
    if (this.#open === null) throw new Error("no table is open");
    return this.#open;
  }

  #running(): Run {
    if (this.#run === null) throw new Error("there is no training yet");
    return this.#run;
  }
}

/** The test rows' loss is looked at after every epoch first, then more and more rarely, so that it takes little of the time. */
function nextTest(epoch: number): number {
  return epoch + 1 + Math.floor(epoch / 20);
}

/** What was chosen when a file was saved. */
function choicesOf({ description, options, preparation }: Classifier): Choices {
  const { target, scale, missing, columns } = preparation;
  const data: DataChoices = {
    target,
    features: columns.map(({ name }) => name),
    sentinels: columns.some(({ sentinels }) => sentinels.length > 0) ? "missing" : "keep",
    missing,
    indicators: columns.some(({ indicator }) => indicator),
    scale,
    testSplit: description.data.testSplit,
  };
  return { data, training: options };
}
