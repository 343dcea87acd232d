/** A training in an ONNX file: a graph that other engines run on a table's columns, with all that the training goes on with. */
import { DTypeError, deviceNames, fromHost, Generator, type Tensor, ValueError } from "@cresset/core/functions";
import { type FileLike, FormatError } from "@cresset/io";
import type { Sequential } from "@cresset/nn";
import { createModel } from "../training/model.ts";
import { RandomStream } from "../training/stream.ts";
import type { Training } from "../training/training.ts";
import { outputName, requireColumnNames } from "./column-names.ts";
import { type SavedTensors, shortNames } from "./saved-tensors.ts";
import { TableNetwork } from "./table-network.ts";

/** Writes the file, or gives its bytes. */
export async function exportOnnx(
  training: Training,
  state: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
  file?: string | URL,
): Promise<Uint8Array<ArrayBuffer>> {
  const { preparation } = training.data;
  const { columns } = preparation;
  requireColumnNames(preparation, training.options);
  const onnx = await import("@cresset/io/onnx");
  const device = deviceWithFloat64(training.device);
  const model = device === training.device ? training.model : await copied(training, device);
  const network = new TableNetwork(model, preparation, training.options.loss);
  const examples = columns.map(() => fromHost(new Float64Array(2), [2], "float64", device));
  const names = columns.map(({ name }) => name);
  const options = {
    inputNames: names,
    outputNames: [outputName],
    dynamicAxes: Object.fromEntries(names.map((name) => [name, { 0: "rows" }])),
    metadata,
    trainingState: state,
  };
  if (file === undefined) return onnx.export(network, examples, undefined, options);
  await onnx.export(network, examples, file, options);
  return new Uint8Array(0);
}

/** Columns are prepared in float64, which not every device has. */
function deviceWithFloat64(own: string): string {
  for (const name of [own, ...deviceNames()]) {
    try {
      fromHost(new Float64Array(1), [1], "float64", name);
      return name;
    } catch (error) {
      if (!(error instanceof DTypeError)) throw error;
    }
  }
  throw new ValueError(
    `a training is saved as .onnx by a device with float64, such as cpu, and ${own} has none: register one`,
  );
}

async function copied({ model, data, options }: Training, device: string): Promise<Sequential> {
  const copy = new RandomStream(new Generator(0)).use(() => createModel(data.width, options, device));
  const weights: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(model.stateDict()))
    weights[name] = fromHost(await tensor.data(), tensor.shape, tensor.dtype, device);
  copy.loadStateDict(weights);
  return copy;
}

/** Opens a file that `exportOnnx` wrote. */
export async function openOnnx(file: FileLike, device: string | undefined): Promise<SavedTensors> {
  const onnx = await import("@cresset/io/onnx");
  const opened = await onnx.open(file);
  // What else the graph has are constants of its own.
  const names = [...opened.tensors].flatMap(([name, { training }]) =>
    training || /^\d+\.(?:weight|bias)$/.test(name) ? [name] : [],
  );
  return {
    metadata: () => ({ ...opened.metadata }),
    keys: () => names,
    getInfo(name) {
      const info = opened.tensors.get(name);
      if (info === undefined) throw new FormatError(`the weights "${name}" are missing`);
      return { dtype: shortNames[info.dtype] ?? info.dtype, shape: info.shape };
    },
    getTensors: async () => Object.fromEntries(names.map((name) => [name, opened.getTensor(name, device)])),
    close: async () => undefined,
  };
}
