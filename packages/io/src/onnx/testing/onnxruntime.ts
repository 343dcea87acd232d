/** Another engine, for tests. */
import { Tensor } from "@cresset/core/functions";
import * as ort from "onnxruntime-node";

/** A tensor as the engine takes it. */
export async function toEngine(tensor: Tensor): Promise<ort.Tensor> {
  // The classes of arrays are the same for all dtypes that tests use.
  return new ort.Tensor(tensor.dtype as "float32", (await tensor.data()) as Float32Array, tensor.shape);
}

/** A model that the engine runs. */
export class Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.inputs = session.inputNames;
    this.outputs = session.outputNames;
  }

  static async open(bytes: Uint8Array): Promise<Session> {
    return new Session(await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 }));
  }

  async run(feeds: Readonly<Record<string, Tensor | ort.Tensor>>): Promise<Readonly<Record<string, ort.Tensor>>> {
    const given: Record<string, ort.Tensor> = {};
    for (const [name, tensor] of Object.entries(feeds))
      given[name] = tensor instanceof Tensor ? await toEngine(tensor) : tensor;
    return (await this.#session.run(given)) as Record<string, ort.Tensor>;
  }
}

/** The elements of a tensor of the engine as numbers. */
export const numbersOf = (tensor: ort.Tensor): number[] =>
  Array.from(tensor.data as ArrayLike<number | bigint>, Number);
