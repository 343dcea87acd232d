/** What an ONNX file holds, without making a model of it. */
import { IndexError, type Tensor } from "@cresset/core/functions";
import { toDevice } from "../../host-tensor.ts";
import type { FileLike } from "../../source.ts";
import { dataTypeName, dtypeOf } from "../dtypes.ts";
import { decode } from "../proto/decode.ts";
import type { ModelProto, TensorProto } from "../proto/messages.ts";
import { contentOf } from "./content.ts";
import { inputOf, type ModelInput, nodesIn, versionOf } from "./graph.ts";
import { readTensor } from "./tensors.ts";

/** A tensor of a file, before it is read. */
export interface OnnxTensor {
  /** By Cresset's name, or ONNX's where Cresset has none. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Whether it is no part of the graph, but of the training that the file holds: see `trainingState` of `export`. */
  readonly training: boolean;
}

/**
 * Opens an ONNX file to see what is in it, whether or not its operators are those of Cresset. `load` makes a model of one.
 *
 * @throws FormatError for what is no such file.
 * @example
 * const file = await onnx.open("model.onnx");
 * console.log(file.inputs, file.operators, file.metadata);
 * const weight = file.getTensor("0.weight");
 */
export async function openModel(file: FileLike): Promise<OnnxFile> {
  return new OnnxFile(decode("Model", await contentOf(file), "places"));
}

/** An ONNX file that is in memory. */
export class OnnxFile {
  /** The version of ONNX's operators, or null if the file does not say. */
  readonly opset: number | null;
  /** The program that made the file; "" if it does not say. */
  readonly producer: string;
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly string[];
  /** How often each operator occurs, also in graphs inside of the graph. */
  readonly operators: ReadonlyMap<string, number>;
  /** Texts that travel in the file, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The tensors of the graph, then those of a training; where one name is that of both, the graph's. */
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  readonly #protos: ReadonlyMap<string, TensorProto>;

  /** @internal Use `open`. */
  constructor(model: ModelProto) {
    const { graph } = model;
    this.opset = versionOf(model) ?? null;
    this.producer = [model.producerName, model.producerVersion].filter(Boolean).join(" ");
    const held = new Map<string, TensorProto>();
    const tensors = new Map<string, OnnxTensor>();
    const add = (protos: Iterable<TensorProto>, training: boolean): void => {
      for (const proto of protos) {
        const { name = "", dataType = 0, dims } = proto;
        if (held.has(name)) continue;
        held.set(name, proto);
        tensors.set(name, {
          dtype: dtypeOf(dataType) ?? dataTypeName(dataType),
          shape: Array.from(dims, Number),
          training,
        });
      }
    };
    add(graph?.initializer ?? [], false);
    this.inputs = Array.from(graph?.input ?? [], inputOf).filter(({ name }) => !held.has(name));
    for (const { algorithm } of model.trainingInfo) add(algorithm?.initializer ?? [], true);
    this.outputs = Array.from(graph?.output ?? [], ({ name = "" }) => name);
    const operators = new Map<string, number>();
    for (const { opType = "", domain = "" } of graph === undefined ? [] : nodesIn(graph)) {
      const name = domain === "" || domain === "ai.onnx" ? opType : `${domain}.${opType}`;
      operators.set(name, (operators.get(name) ?? 0) + 1);
    }
    this.operators = operators;
    // A name may be any, so that of a prototype too.
    this.metadata = Object.assign(
      Object.create(null),
      Object.fromEntries(Array.from(model.metadata, ({ key = "", value = "" }) => [key, value])),
    );
    this.tensors = tensors;
    this.#protos = held;
  }

  /**
   * A tensor of the file.
   *
   * @param device default: the default device.
   * @throws IndexError if there is none of that name; FormatError for one that is not whole, that lies in another file, or whose
   * dtype Cresset lacks.
   */
  getTensor(name: string, device?: string): Tensor {
    const proto = this.#protos.get(name);
    if (proto === undefined) throw new IndexError(`there is no tensor "${name}" in this file`);
    return toDevice(readTensor(proto, new Map()), device);
  }
}
