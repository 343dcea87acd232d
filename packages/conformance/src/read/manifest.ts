import { type HostTensor, safetensors } from "@cresset/io";
import { isObject, type Json, type JsonObject } from "./json.ts";

/** `"exact"`, or relative and absolute tolerance. */
export type Tolerance = "exact" | readonly [number, number];

export interface ExpectedError {
  readonly type: string;
  readonly message: string;
  readonly contains: string;
}

/** One case of an area; what else it holds depends on its kind. */
export interface Case {
  readonly id: string;
  /** Absent: "call". */
  readonly kind?: string;
  readonly tag?: string;
  /** PyTorch's name of the operation that the case is about, if it is one. */
  readonly op?: string;
  readonly version_sensitive?: string;
  readonly error?: ExpectedError | null;
}

export interface Area {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** Where recorded data comes from: a folder, a server. */
export interface DataSource {
  /** Names of the areas, in order. */
  areas(): Promise<readonly string[]>;
  /** The bytes of a file such as "unary.json". */
  read(file: string): Promise<Uint8Array>;
}

/** Reads `<name>.json` and `<name>.safetensors`. */
export async function readArea(source: DataSource, name: string): Promise<Area> {
  const manifest: Json = JSON.parse(new TextDecoder().decode(await source.read(`${name}.json`)));
  if (!isObject(manifest) || !Array.isArray(manifest.cases)) throw new Error(`${name}.json has no list of cases`);
  const tensors = safetensors.loadHost(await source.read(`${name}.safetensors`));
  return { name, cases: manifest.cases.map((entry, i) => asCase(name, entry, i)), tensors };
}

function asCase(area: string, entry: Json, index: number): Case {
  if (!isObject(entry) || typeof entry.id !== "string") throw new Error(`case ${index} of ${area}.json has no id`);
  return entry as JsonObject as unknown as Case;
}

/** Whether the format marks a case as one that may be skipped: PyTorch's own builds or versions disagree on it, or it is optional. */
export function maySkip(one: Case): boolean {
  return one.version_sensitive !== undefined || one.tag === "mkl_differs" || one.tag === "optional";
}
