import { type HostTensor, safetensors } from "@cresset/io";
import { CressetError } from "cresset";
import { compareTensors } from "../compare/tensor.ts";
import { glob } from "../read/glob.ts";
import type { Json } from "../read/json.ts";
import type { CaseResult } from "../result.ts";
import { type FileCase, fileCases } from "./manifest.ts";
import { type Found, readers } from "./read.ts";

export interface FilesOptions {
  /** The bytes of a file of the folder. */
  readonly read: (file: string) => Promise<Uint8Array>;
  /** Globs over file names; default all. */
  readonly cases?: readonly string[];
  /** Called after each case. */
  readonly onResult?: (result: CaseResult) => void;
}

/**
 * Reads the files of `files.json`, on the default device, and compares what is in them bit for bit.
 *
 * @throws Error for a folder without `files.json`, or globs that match no file.
 */
export async function runFiles({ read, cases = ["*"], onResult }: FilesOptions): Promise<CaseResult[]> {
  const manifest: Json = JSON.parse(new TextDecoder().decode(await read("files.json")));
  const globs = cases.map(glob);
  const results: CaseResult[] = [];
  for (const one of fileCases(manifest)) {
    if (!globs.some((matches) => matches(one.file))) continue;
    const mismatches = await runCase(one, read);
    const outcome = mismatches.length === 0 ? "passed" : "failed";
    const result: CaseResult = { area: `files, ${one.format}`, id: one.file, outcome, mismatches };
    results.push(result);
    onResult?.(result);
  }
  if (results.length === 0) throw new Error(`no file matches ${cases.join(", ")}`);
  return results;
}

async function runCase(one: FileCase, read: FilesOptions["read"]): Promise<string[]> {
  const reader = Object.hasOwn(readers, one.format) ? readers[one.format] : undefined;
  if (reader === undefined) return [`files of the format "${one.format}" are not known`];
  const before = prototypes();
  const bytes = await read(one.file);
  const mismatches: string[] = [];
  try {
    const found = await reader(bytes);
    if (one.refuse !== undefined) mismatches.push(`must be refused (${one.refuse}), but was read`);
    if (one.expected !== undefined)
      mismatches.push(...(await compared(found, safetensors.loadHost(await read(one.expected)))));
    // Where only a note says how it ends, it may be read; that its tensors can be, too, is part of that.
    else for (const tensor of found.values()) await tensor.data();
  } catch (error) {
    if (!(error instanceof CressetError)) mismatches.push(`threw ${String(error)}, which is no error of Cresset's own`);
    else if (one.expected !== undefined) mismatches.push(`was refused: ${error.name}: ${error.message}`);
  }
  if (prototypes() !== before) mismatches.push("changed a prototype");
  return mismatches;
}

/** What the prototypes that all values share have. */
function prototypes(): string {
  const shared = [Object.prototype, Array.prototype, Map.prototype, Function.prototype];
  return JSON.stringify(shared.map((prototype) => Reflect.ownKeys(prototype).map(String)));
}

async function compared(found: Found, want: ReadonlyMap<string, HostTensor>): Promise<string[]> {
  const mismatches: string[] = [];
  for (const name of found.keys()) if (!want.has(name)) mismatches.push(`"${name}" is not expected`);
  for (const [name, tensor] of want) {
    const got = found.get(name);
    if (got === undefined) {
      mismatches.push(`"${name}" is missing`);
      continue;
    }
    const host: HostTensor = { dtype: got.dtype, shape: got.shape, data: await got.data() };
    const difference = compareTensors(host, tensor, { tolerance: "exact", signOfZero: true });
    if (difference !== null) mismatches.push(`"${name}": ${difference}`);
  }
  return mismatches;
}
