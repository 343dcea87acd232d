/** `files.json`: files that PyTorch and NumPy wrote, and how reading each must end. */
import { isObject, type Json } from "../read/json.ts";

export interface FileCase {
  readonly file: string;
  readonly format: string;
  /** A safetensors file of the tensors that it holds, by dotted path. */
  readonly expected?: string;
  /** Why reading must fail with a typed error. */
  readonly refuse?: string;
}

/** @throws Error for what is no list of cases. */
export function fileCases(manifest: Json): FileCase[] {
  if (!isObject(manifest) || !Array.isArray(manifest.cases)) throw new Error("files.json has no list of cases");
  return manifest.cases.map((entry, i) => {
    if (!isObject(entry) || typeof entry.file !== "string" || typeof entry.format !== "string")
      throw new Error(`case ${i} of files.json has no file or no format`);
    const { file, format } = entry;
    const text = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);
    return { file, format, expected: text(entry.expected), refuse: text(entry.refuse) };
  });
}
