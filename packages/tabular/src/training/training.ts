import { CressetError, fromHost, indexSelect, randperm, split, type Tensor, ValueError } from "@cresset/core/functions";
import type { Sequential } from "@cresset/nn";
import type { Optimizer } from "@cresset/optim";
import { prepare } from "../preparation.ts";
import { Sum } from "../statistics.ts";
import type { Table } from "../table/index.ts";
import type { Rows, TrainingData } from "./data.ts";
import { createLoss, createModel } from "./model.ts";
import { createOptimizer } from "./optimizers.ts";
import { type TrainingOptions, trainingOptions } from "./options.ts";
import { type Evaluation, evaluate, predict } from "./predict.ts";
import { RandomStream } from "./stream.ts";

/** What an epoch gave. */
export interface EpochReport {
  /** How many epochs there have been, with this one. */
  readonly epoch: number;
  /** The training rows' mean loss, each before the step that learned from it: what a loop in PyTorch prints. */
  readonly loss: number;
  /** Training rows that were learned from in a second. */
  readonly rowsPerSecond: number;
  readonly seconds: number;
  readonly device: string;
}

/** The weights have grown beyond all numbers, and the network gives NaN. */
export class DivergedError extends CressetError {
  override readonly name: string = "DivergedError";

  constructor(epoch: number, options?: ErrorOptions) {
    super(
      `the training broke down in epoch ${epoch}: the network gives NaN; a smaller learning rate or scaled columns may help`,
      options,
    );
  }
}

/** Where a training stands; what a saved file brings back. */
export interface TrainingState {
  readonly losses: readonly number[];
  readonly generator: Uint8Array;
}

/**
 * A network that learns, epoch by epoch, whenever it is asked to: start, pause and single steps are a caller's loop. Its
 * numbers are those of the program that `typescriptProgram` and `pytorchProgram` write.
 *
 * @example
 * const training = Training.create(data, { lr: 1e-3 });
 * while (training.epoch < 500) {
 *   const { epoch, loss } = await training.step();
 *   console.log(epoch, loss);
 * }
 * const { probabilities } = await training.evaluate("test");
 */
export class Training {
  readonly data: TrainingData;
  readonly options: TrainingOptions;
  readonly model: Sequential;
  readonly optimizer: Optimizer;
  /** The loss of each epoch so far. */
  readonly losses: number[];
  readonly #lossFunction: ReturnType<typeof createLoss>;
  readonly #stream: RandomStream;
  #x: Tensor;
  #y: Tensor;
  /** What was asked for last: calls wait for those before them. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    data: TrainingData,
    options: TrainingOptions,
    model: Sequential,
    stream: RandomStream,
    losses: readonly number[],
  ) {
    this.data = data;
    this.options = options;
    this.model = model;
    this.optimizer = createOptimizer(options.optimizer, model.parameters(), options.lr);
    this.losses = [...losses];
    this.#lossFunction = createLoss(options.loss);
    this.#stream = stream;
    const { device } = [...model.parameters()][0];
    const { length, inputs, labels } = data.train;
    // A tensor takes the array that it is given; the data stays the caller's.
    this.#x = fromHost(inputs.slice(), [length, data.width], "float32", device);
    this.#y = fromHost(labels.slice(), [length, 1], "float32", device);
  }

  /**
   * A network with weights drawn anew, on a device.
   *
   * @param device default: the default device.
   * @throws ValueError for options out of range, or a seed that is not the one the data was split with; DeviceError for a
   *   device that is not registered.
   */
  static create(data: TrainingData, options: Partial<TrainingOptions> = {}, device?: string): Training {
    const complete = trainingOptions({ seed: data.seed, ...options });
    if (complete.seed !== data.seed)
      throw new ValueError(`the seed is ${complete.seed}, but the data was split with ${data.seed}`);
    const stream = new RandomStream(data.generator);
    const model = stream.use(() => createModel(data.width, complete, device));
    return new Training(data, complete, model, stream, []);
  }

  /** @internal A network whose weights are there, in the middle of its training. */
  static restore(data: TrainingData, options: TrainingOptions, model: Sequential, state: TrainingState): Training {
    const stream = new RandomStream(data.generator);
    stream.restore(state.generator);
    return new Training(data, options, model, stream, state.losses);
  }

  /** How many epochs there have been. */
  get epoch(): number {
    return this.losses.length;
  }

  /** Where the network is. */
  get device(): string {
    return this.#x.device;
  }

  /** The random numbers' state, as `torch.get_rng_state()` has it. */
  get generatorState(): Uint8Array<ArrayBuffer> {
    return this.#stream.state();
  }

  /** Goes through the training rows once. Where that fails, the epoch does not count. @throws DivergedError */
  step(): Promise<EpochReport> {
    return this.#queued(async () => {
      const started = performance.now();
      const loss =
        this.options.batchSize === null
          ? await this.#learn(this.#x, this.#y)
          : await this.#batches(this.options.batchSize);
      const seconds = (performance.now() - started) / 1000;
      this.losses.push(loss);
      const rowsPerSecond = this.data.train.length / seconds;
      return { epoch: this.epoch, loss, rowsPerSecond, seconds, device: this.device };
    });
  }

  /** The network's loss and probabilities for the rows of a part, without learning from them. */
  evaluate(part: "train" | "test"): Promise<Evaluation> {
    const rows: Rows = this.data[part];
    return this.#queued(() => evaluate(this.model, this.options.loss, rows, this.device));
  }

  /**
   * The probability of 1 for each row of any table with the columns that are learned from: a grid, for a decision boundary.
   *
   * @throws TableError as `prepare`.
   */
  predict(table: Table): Promise<Float32Array> {
    return this.#queued(async () => {
      const inputs = prepare(this.data.preparation, table);
      return predict(this.model, this.options.loss, inputs, table.length, this.device);
    });
  }

  /** Moves network, optimizer and data to another device; the loss goes on where it was. @throws DeviceError */
  moveTo(device: string): Promise<void> {
    return this.#queued(async () => {
      const [x, y] = [await this.#x.to(device), await this.#y.to(device)];
      await this.model.to(device);
      [this.#x, this.#y] = [x, y];
    });
  }

  /** Waits until nothing is under way, and keeps it so while `task` runs: for reading a consistent state. */
  settled<T>(task: () => Promise<T>): Promise<T> {
    return this.#queued(task);
  }

  #queued<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #batches(size: number): Promise<number> {
    const { length } = this.data.train;
    const order = this.#stream.use(() => randperm(length, { device: this.device }));
    const total = new Sum();
    for (const rows of split(order, size))
      total.add((await this.#learn(indexSelect(this.#x, 0, rows), indexSelect(this.#y, 0, rows))) * rows.shape[0]);
    return total.value / length;
  }

  /** One step of the loop, in PyTorch's order. */
  async #learn(x: Tensor, y: Tensor): Promise<number> {
    let value: number;
    try {
      const loss = this.#stream.use(() => this.#lossFunction(this.model(x), y));
      this.optimizer.zeroGrad();
      loss.backward();
      this.optimizer.step();
      value = await loss.item();
    } catch (error) {
      // The network ends with a sigmoid, so what BCELoss refuses as no probability can only be NaN.
      if (error instanceof ValueError && this.options.loss === "BCELoss")
        throw new DivergedError(this.epoch + 1, { cause: error });
      throw error;
    }
    if (Number.isNaN(value)) throw new DivergedError(this.epoch + 1);
    return value;
  }
}
