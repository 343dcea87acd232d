/**
 * `npm run bench:gpu -- --choices [--elements N] [--json FILE]`: what the ways to write a kernel between which the backend has chosen
 * take on this machine's GPU. See docs/benchmarks.md.
 */
import { writeFileSync } from "node:fs";
import { type WebGpuOptions, webgpu } from "@cresset/backend-webgpu";
import { registerBackend, setDefaultDevice, setEvaluation, softmax, sum, type Tensor } from "@cresset/core";
import { load } from "../../contenders/cresset-networks.ts";
import { uniform } from "../../inputs.ts";
import type { Ready } from "../contender.ts";
import { type Measured, measureReady } from "../measure.ts";
import { provideGpu } from "../node-gpu.ts";
import { choices } from "./kernels.ts";
import { prepareWay } from "./run-way.ts";

interface Row extends Measured {
  readonly choice: string;
  readonly way: string;
}

const rows: Row[] = [];
const disagreeing: string[] = [];

/** Measures a way, and compares its result with that of the first way of the choice. */
async function take(choice: string, way: string, ready: Ready): Promise<void> {
  const measured = await measureReady(ready);
  const first = rows.find((row) => row.choice === choice);
  rows.push({ choice, way, ...measured });
  console.error(`  ${choice}, ${way}: ${(1e6 * measured.medianSeconds).toFixed(1)} µs`);
  if (first === undefined) return;
  const differs = measured.result.some((x, i) => !(Math.abs(x - first.result[i]) <= 1e-5 * Math.abs(first.result[i])));
  if (differs || measured.result.length !== first.result.length)
    disagreeing.push(`✗ ${choice}: ${way} computes something else than ${first.way}`);
}

async function kernels(device: GPUDevice, count: number): Promise<void> {
  for (const choice of choices) {
    for (const way of choice.ways) {
      const prepared = await prepareWay(device, way, count);
      await prepared.run(1);
      const result = Array.from(await prepared.result());
      await take(choice.name, way.name, { result, steps: prepared.run, finish: prepared.destroy });
    }
  }
}

/** Work of the library on devices with other options: the first is what it does by itself. */
const optionSets: readonly { readonly name: string; readonly options: WebGpuOptions }[] = [
  { name: "as it starts", options: {} },
  { name: "without subgroups", options: { subgroups: false } },
  { name: "threads for themselves", options: { cooperative: false } },
];

const columns = 1024;
const libraryWork: readonly { readonly name: string; readonly of: (x: Tensor) => Tensor }[] = [
  { name: "softmax of rows of 1024", of: (x) => softmax(x, 1) },
  { name: "sums of rows of 1024", of: (x) => sum(x, 1) },
];

async function library(count: number): Promise<void> {
  const data = uniform([count / columns, columns], 1);
  for (const work of libraryWork) {
    for (const { name, options } of optionSets) {
      const backend = webgpu({ powerPreference: "high-performance", ...options });
      await registerBackend(backend);
      setDefaultDevice("webgpu");
      const x = load(data);
      const { subgroups, cooperative } = backend.info();
      const result = Array.from(await work.of(x).flatten().narrow(0, 0, 4).data(), Number);
      await take(work.name, `${name} (subgroups ${subgroups}, cooperative ${cooperative})`, {
        result,
        async steps(times) {
          let last = x;
          setEvaluation("eager");
          try {
            for (let i = 0; i < times; i++) {
              if (i > 0) last.dispose();
              last = work.of(x);
            }
          } finally {
            setEvaluation("lazy");
          }
          await last.flatten().select(0, 0).item();
        },
        finish: () => backend.device.destroy(),
      });
    }
  }
}

function table(): string {
  const lines = rows.map(({ choice, way, medianSeconds, minSeconds }) => {
    const first = rows.find((row) => row.choice === choice)?.medianSeconds ?? medianSeconds;
    const cells = [choice, way, `${(1e6 * medianSeconds).toFixed(1)} µs`, `${(1e6 * minSeconds).toFixed(1)} µs`];
    return `| ${[...cells, (medianSeconds / first).toFixed(2)].join(" | ")} |`;
  });
  return ["| choice | way | median | best | to the first |", "|---|---|---|---|---|", ...lines].join("\n");
}

function option(flag: string): string | undefined {
  const at = process.argv.indexOf(flag);
  return at < 0 ? undefined : process.argv[at + 1];
}

const elements = Number(option("--elements") ?? 2 ** 25);
if (!(elements >= 4096 && elements % 4096 === 0)) throw new Error("--elements takes a multiple of 4096");
const gpu = await provideGpu();
const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
if (adapter === null) throw new Error("there is no adapter");
const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
const machine = [adapter.info.vendor, adapter.info.description].join(" ");
console.error(`${machine}, ${elements} elements`);
await kernels(device, elements);
device.destroy();
await library(elements);
console.log(table());
for (const line of disagreeing) console.log(line);
const json = option("--json");
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, elements, rows }, null, 2)}\n`);
process.exit(disagreeing.length > 0 ? 1 : 0);
