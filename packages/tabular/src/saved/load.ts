import { Generator, type Tensor } from "@cresset/core/functions";
import { type FileLike, FormatError, fileFormat, safetensors } from "@cresset/io";
import type { Sequential } from "@cresset/nn";
import type { OptimizerStateDict } from "@cresset/optim";
import { inputNames, type Preparation, prepare } from "../preparation.ts";
import type { Table } from "../table/index.ts";
import type { TrainingData } from "../training/data.ts";
import { createModel, parameterShapes } from "../training/model.ts";
import type { TrainingOptions } from "../training/options.ts";
import { predict } from "../training/predict.ts";
import { RandomStream } from "../training/stream.ts";
import { Training } from "../training/training.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { checksum } from "./checksum.ts";
import { type Description, readDescription } from "./description.ts";
import { generatorName, optimizerPrefix } from "./names.ts";
import type { SavedTensors } from "./saved-tensors.ts";

/** A saved file does not fit what is to be done with it: another table, other options. */
export class ResumeError extends FormatError {
  override readonly name: string = "ResumeError";
}

/** A network from a file, with all that the file says about it. */
export class Classifier {
  readonly model: Sequential;
  readonly description: Description;
  readonly #tensors: Readonly<Record<string, Tensor>>;

  /** @internal */
  constructor(model: Sequential, description: Description, tensors: Readonly<Record<string, Tensor>>) {
    this.model = model;
    this.description = description;
    this.#tensors = tensors;
  }

  get options(): TrainingOptions {
    return this.description.options;
  }

  get preparation(): Preparation {
    return this.description.preparation;
  }

  /** The loss of each epoch. */
  get losses(): readonly number[] {
    return this.description.losses;
  }

  /** Where the network is. */
  get device(): string {
    return [...this.model.parameters()][0].device;
  }

  /**
   * The probability of 1 for each row of a table, whose columns may stand in any order, with others between.
   *
   * @throws TableError for a column that is not there, cells that are no numbers, or missing values that were not in training.
   */
  async predict(table: Table): Promise<Float32Array> {
    const inputs = prepare(this.preparation, table);
    return predict(this.model, this.options.loss, inputs, table.length, this.device);
  }

  /**
   * Goes on with the training that was saved, as if it had not been interrupted. This object is used up: the training has
   * its network.
   *
   * @param data the same table, prepared with the same options.
   * @throws ResumeError if it is another one.
   */
  async resume(data: TrainingData): Promise<Training> {
    const { options, losses, data: known, preparation } = this.description;
    const same =
      JSON.stringify(data.preparation) === JSON.stringify(preparation) &&
      data.train.length === known.train &&
      data.test.length === known.test &&
      data.seed === options.seed &&
      checksum(data) === known.checksum;
    if (!same) throw new ResumeError("the table, or what is done with it, is not what the saved training began with");
    const generator = (await this.#tensors[generatorName].data()) as Uint8Array;
    const training = Training.restore(data, options, this.model, { losses, generator });
    training.optimizer.loadStateDict(this.#optimizerState(training.optimizer.stateDict()));
    return training;
  }

  #optimizerState(fresh: OptimizerStateDict): OptimizerStateDict {
    const state: OptimizerStateDict["state"] = {};
    const put = (param: string, name: string, value: Tensor | number): void => {
      const number = Number(param);
      state[number] ??= {};
      state[number][name] = value;
    };
    for (const [key, tensor] of Object.entries(this.#tensors)) {
      const match = /^optimizer\.(\d+)\.(\w+)$/.exec(key);
      if (match !== null) put(match[1], match[2], tensor);
    }
    for (const [param, own] of Object.entries(this.description.optimizer))
      for (const [name, value] of Object.entries(own)) put(param, name, value);
    return { state, param_groups: fresh.param_groups };
  }
}

export interface LoadClassifierOptions {
  /** Default: the default device. */
  readonly device?: string;
}

/**
 * Reads a file that `saveTraining` wrote, in whichever format: a URL, a path, a `Blob` or `File`, or the bytes.
 *
 * @throws FormatError for a file that is not whole, or not of this kind; DeviceError for an unknown device.
 * @example
 * const classifier = await loadClassifier("model.safetensors");
 * const probabilities = await classifier.predict(await readTable(file));
 */
export async function loadClassifier(file: FileLike, { device }: LoadClassifierOptions = {}): Promise<Classifier> {
  const opened = await openSaved(file, device);
  try {
    const description = readDescription(opened.metadata());
    const inputs = inputNames(description.preparation).length;
    const shapes = parameterShapes(inputs, description.options);
    // Before anything of that size is made.
    requireTensors(opened, shapes);
    const tensors = await opened.getTensors();
    const weights = Object.fromEntries([...shapes.keys()].map((name) => [name, tensors[name]]));
    // The weights that are drawn are replaced at once; nobody else's random numbers change.
    const model = new RandomStream(new Generator(0)).use(() => createModel(inputs, description.options, device));
    model.loadStateDict(weights);
    return new Classifier(model, description, tensors);
  } finally {
    await opened.close();
  }
}

async function openSaved(file: FileLike, device: string | undefined): Promise<SavedTensors> {
  const format = await fileFormat(file);
  if (format === "pytorch") return openCheckpoint(file, device);
  if (format === null || format === "npy" || format === "npz")
    throw new FormatError("this is no file of safetensors, PyTorch or ONNX");
  if (format === "onnx") return (await import("./onnx.ts")).openOnnx(file, device);
  return safetensors.safeOpen(file, device === undefined ? {} : { device });
}

function requireTensors(file: SavedTensors, shapes: ReadonlyMap<string, readonly number[]>): void {
  const names = file.keys();
  for (const [name, shape] of shapes) {
    if (!names.includes(name)) throw new FormatError(`the weights "${name}" are missing`);
    const info = file.getInfo(name);
    if (info.dtype !== "F32" || info.shape.join() !== shape.join())
      throw new FormatError(
        `the weights "${name}" are ${info.dtype} [${info.shape.join(", ")}] and should be F32 [${shape.join(", ")}]`,
      );
  }
  const parameters = [...shapes.values()];
  for (const name of names) {
    if (shapes.has(name)) continue;
    const { dtype, shape } = file.getInfo(name);
    if (name === generatorName && dtype === "U8" && shape.join() === "5056") continue;
    const of = name.startsWith(optimizerPrefix)
      ? parameters[Number.parseInt(name.slice(optimizerPrefix.length), 10)]
      : undefined;
    if (of === undefined || dtype !== "F32" || (shape.length > 0 && shape.join() !== of.join()))
      throw new FormatError(`the tensor "${name}", ${dtype} [${shape.join(", ")}], does not belong there`);
  }
  if (!names.includes(generatorName)) throw new FormatError("the state of the random numbers is missing");
}
