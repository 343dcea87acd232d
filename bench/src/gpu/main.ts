/**
 * `npm run bench:gpu -- [--only NAME …] [--json FILE]`: WebGPU in Node through Dawn, each contender in a process of its own, one
 * after the other. See docs/benchmarks.md.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GpuContender } from "./contender.ts";
import { measure } from "./measure.ts";
import { provideGpu } from "./node-gpu.ts";
import { gpuWork } from "./work.ts";

/** In seconds, as the other benchmarks report them. */
interface GpuRecord {
  readonly work: string;
  readonly contender: string;
  readonly threads: number;
  readonly medianSeconds: number;
  readonly minSeconds: number;
  readonly result: readonly number[];
}

const contenders = {
  "cresset-webgpu": async (): Promise<GpuContender> => (await import("./cresset.ts")).start(),
  "jax-js-webgpu": async (): Promise<GpuContender> => (await import("./jax-js.ts")).start(),
  "tfjs-webgpu": async (): Promise<GpuContender> => (await import("./tfjs.ts")).start(),
};
type Name = keyof typeof contenders;
const pytorch = "pytorch-gpu";

async function contend(name: Name, only: readonly string[], file: string): Promise<void> {
  await provideGpu();
  const contender = await contenders[name]();
  console.error(`${name}: ${contender.description}`);
  const records: GpuRecord[] = [];
  for (const work of gpuWork) {
    if (only.length > 0 && !only.includes(work.name)) continue;
    try {
      const { result, medianSeconds, minSeconds } = await measure(contender, work);
      records.push({ work: work.name, contender: name, threads: 1, medianSeconds, minSeconds, result });
      console.error(`  ${work.name}: ${(1000 * medianSeconds).toFixed(3)} ms`);
    } catch (error) {
      console.error(`  ✗ ${work.name}: ${error instanceof Error ? error.message : error}`);
    }
    // After every work: a contender that breaks later keeps what it has.
    writeFileSync(file, JSON.stringify(records));
  }
  process.exit(0);
}

function table(records: readonly GpuRecord[], names: readonly string[]): string {
  const works = gpuWork.map(({ name }) => name).filter((name) => records.some(({ work }) => work === name));
  const rows = works.map((work) => {
    const size = Number(/^matmul-(\d+)$/.exec(work)?.[1]);
    const cells = names.map((name) => {
      const record = records.find((one) => one.work === work && one.contender === name);
      if (record === undefined) return "—";
      const rate = size > 0 ? ` (${((2 * size ** 3) / record.medianSeconds / 1e12).toFixed(2)} TFLOP/s)` : "";
      return `${(1000 * record.medianSeconds).toFixed(3)} ms${rate}`;
    });
    return `| ${[work, ...cells].join(" | ")} |`;
  });
  return [`| work | ${names.join(" | ")} |`, `|${"---|".repeat(names.length + 1)}`, ...rows].join("\n");
}

/** Everybody's first losses, or elements, must be the same. */
function disagreements(records: readonly GpuRecord[]): string[] {
  return gpuWork.flatMap(({ name }) => {
    const [first, ...others] = records.filter(({ work }) => work === name);
    return others.flatMap((other) =>
      other.result.some((x, i) => !(Math.abs(x - first.result[i]) <= 1e-3 * Math.abs(first.result[i]) + 1e-3))
        ? [`✗ ${name}: ${other.contender} computes ${other.result}, ${first.contender} ${first.result}`]
        : [],
    );
  });
}

function option(flag: string): string[] {
  const args = process.argv.slice(2);
  const at = args.indexOf(flag);
  if (at < 0) return [];
  const end = args.findIndex((arg, i) => i > at && arg.startsWith("--"));
  return args.slice(at + 1, end < 0 ? undefined : end);
}

function coordinate(): void {
  const only = option("--only");
  const names = [...Object.keys(contenders), pytorch];
  const works = only.filter((name) => !names.includes(name));
  const chosen = names.filter((name) => only.every((one) => !names.includes(one)) || only.includes(name));
  const folder = mkdtempSync(join(tmpdir(), "cresset-gpu-"));
  const records: GpuRecord[] = [];
  for (const name of chosen) {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, "[]");
    const command =
      name === pytorch
        ? ["python3", fileURLToPath(new URL("./pytorch.py", import.meta.url)), file, ...works]
        : [
            process.execPath,
            ...process.execArgv,
            process.argv[1],
            "--contender",
            name,
            "--result",
            file,
            "--only",
            ...works,
          ];
    const [program, ...args] = command;
    spawnSync(program, args, { stdio: ["ignore", 2, 2], timeout: 240_000 });
    records.push(...(JSON.parse(readFileSync(file, "utf8")) as GpuRecord[]));
  }
  rmSync(folder, { recursive: true });
  console.log(table(records, chosen));
  for (const line of disagreements(records)) console.log(line);
  const [json] = option("--json");
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(records, null, 2)}\n`);
}

const [contender] = option("--contender");
if (contender === undefined) coordinate();
else await contend(contender as Name, option("--only"), option("--result")[0]);
