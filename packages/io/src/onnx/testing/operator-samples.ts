/** Imported operators against another engine, from samples. */
import { fromHost, setDefaultDevice, type Tensor } from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import type { HostTensor } from "../../host-tensor.ts";
import type { Operators } from "../import/call.ts";
import * as onnx from "../index.ts";
import { type ModelSpec, modelOf, type NodeSpec } from "./model.ts";
import { Session } from "./onnxruntime.ts";

/** One node of an operator: inputs that are computed with, constants, attributes. */
export interface Sample {
  readonly in: readonly HostTensor[];
  readonly constants?: readonly (HostTensor | null)[];
  readonly attributes?: NodeSpec["attributes"];
  readonly outputs?: number;
  readonly opset?: number;
}

/** Declares the tests of some operators: each has samples, and computes what ONNX Runtime does. */
export function expectOperators(operators: Operators, samples: Readonly<Record<string, readonly Sample[]>>): void {
  beforeAll(() => setDefaultDevice("cpu"));

  test("every operator has samples", () => {
    expect(Object.keys(samples).sort()).toEqual(Object.keys(operators).sort());
  });

  describe("operators compute what ONNX Runtime does", () => {
    const all = Object.entries(samples).flatMap(([op, list]) =>
      list.map((sample, i) => [`${op} ${i}`, op, sample] as const),
    );
    test.each(all)("%s", async (_, op, sample) => expectSame(specOf(op, sample)));
  });
}

function specOf(op: string, { in: given, constants = [], attributes, outputs = 1, opset }: Sample): ModelSpec {
  const inputs = Object.fromEntries(given.map((tensor, i) => [`x${i}`, tensor]));
  const named = constants.map((tensor, i) => [tensor === null ? "" : `c${i}`, tensor] as const);
  const results = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const node: NodeSpec = { op, inputs: [...Object.keys(inputs), ...named.map(([name]) => name)], outputs: results };
  const kept = named.flatMap(([name, tensor]) => (tensor === null ? [] : [[name, tensor] as const]));
  return {
    inputs,
    constants: Object.fromEntries(kept),
    nodes: [attributes === undefined ? node : { ...node, attributes }],
    outputs: results,
    ...(opset === undefined ? {} : { opset }),
  };
}

const tensorOf = ({ dtype, shape, data }: HostTensor): Tensor => fromHost(data.slice() as typeof data, shape, dtype);

/** Runs a model here and in the other engine. */
export async function expectSame(spec: ModelSpec): Promise<void> {
  const bytes = modelOf(spec);
  const names = Object.keys(spec.inputs);
  const session = await Session.open(bytes);
  const wanted = await session.run(Object.fromEntries(names.map((name) => [name, tensorOf(spec.inputs[name])])));
  const model = await onnx.load(bytes);
  const results = [model(...names.map((name) => tensorOf(spec.inputs[name])))].flat();
  for (const [i, name] of (spec.outputs ?? ["y"]).entries()) {
    const want = wanted[name];
    expect([results[i].dtype, results[i].shape]).toEqual([want.type, want.dims]);
    const got = await results[i].data();
    for (const [j, value] of Array.from(want.data as ArrayLike<number | bigint>, Number).entries())
      if (!Object.is(Number(got[j]), value)) expect(Number(got[j])).toBeCloseTo(value, 5);
  }
}
