/** Kernels that differ in constants of their positions are compiled once. */
import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  constant,
  load,
  loop,
  plus,
  quotient,
  reads,
  runOnceAsync,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import type { Command, Index, Program } from "@cresset/core/backend";
import * as torch from "cresset";
import { expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { started, useSoftwareDriver } from "./testing.ts";

const { nn } = torch;

/** Each kernel reads 4 of 16 numbers where it says, and adds a constant to them. */
function programOf(kernels: readonly (readonly [at: Index, add: number])[]): Program {
  const commands = kernels.map(([at, add], i): Command => {
    const sum = apply("add", load("float32", 0, at), constant("float32", add));
    const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [store(1, axis(0), sum)]);
    return { kernel, calls: [{ buffers: [0, i + 1], arguments: [], extents: [4], checks: [] }] };
  });
  return {
    buffers: [
      { dtype: "float32", length: 16, role: "input", offset: 0 },
      ...kernels.map(() => ({ dtype: "float32", length: 4, role: "output", offset: 0 }) as const),
    ],
    arenaBytes: 0,
    arguments: 0,
    checks: 0,
    commands,
    stateFrom: commands.length,
  };
}

const behind = (constant: number): Index => ({ kind: "constant", value: constant });
const data = Float32Array.from({ length: 16 }, (_, i) => i);

test("positions become arguments, where kernels do not differ in more", async () => {
  const backend = await started(webgpu());
  const program = programOf([
    [axis(0), 1],
    [plus(axis(0), behind(3)), 1],
    [plus(behind(2), plus(axis(0), behind(10))), 1],
    // Another coefficient, another value, another sign of zero.
    [plus(times(axis(0), 2), behind(1)), 1],
    [plus(axis(0), behind(3)), 2],
    [axis(0), 0],
    [axis(0), -0],
    // In an operand of a quotient.
    [quotient(plus(axis(0), behind(5)), 2), 1],
    [quotient(plus(axis(0), behind(8)), 2), 1],
  ]);
  const { arrays } = await runOnceAsync(backend, program, [data]);
  expect(arrays.slice(1).map((array) => [...array])).toEqual([
    [1, 2, 3, 4],
    [4, 5, 6, 7],
    [13, 14, 15, 16],
    [2, 4, 6, 8],
    [5, 6, 7, 8],
    [0, 1, 2, 3],
    [0, 1, 2, 3],
    [3, 4, 4, 5],
    [5, 5, 6, 6],
  ]);
  expect(backend.info().kernels).toBe(6);
  expect(backend.explain(program)).toMatch(/write b3; positions 12$/m);
});

test("a recurrent network of many steps compiles hardly more kernels than one of few", async () => {
  useSoftwareDriver();
  await torch.registerBackend(cpu());
  const gradients = async (device: string, steps: number): Promise<number[]> => {
    torch.setDefaultDevice(device);
    torch.manualSeed(1);
    const network = new nn.RNN(2, 3, { batchFirst: true });
    const [output] = network(torch.randn([2, steps, 2]));
    output.pow(2).sum().backward();
    const flat = torch.cat(network.parameters().map((one) => (one.grad ?? one).flatten()));
    return [...((await flat.data()) as Float32Array)];
  };
  const compiled = async (steps: number): Promise<number> => {
    const backend = webgpu();
    await torch.registerBackend(backend);
    const got = await gradients("webgpu", steps);
    const expected = await gradients("cpu", steps);
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 4);
    });
    return Number(backend.info().kernels);
  };
  const [few, more] = [await compiled(10), await compiled(40)];
  console.log(`${few} kernels of 10 steps, ${more} of 40`);
  // What joins the steps may take another pass.
  expect(more).toBeLessThanOrEqual(few + 2);
});
