import type { Tensor } from "@cresset/core/functions";

/** What a file says of its tensors before they are read, and the tensors. */
export interface SavedTensors {
  metadata(): Readonly<Record<string, string>>;
  keys(): readonly string[];
  /** A dtype by the name that safetensors has for it. */
  getInfo(name: string): { readonly dtype: string; readonly shape: readonly number[] };
  getTensors(): Promise<Readonly<Record<string, Tensor>>>;
  close(): Promise<void>;
}

/** Names that safetensors has for the dtypes in a training. */
export const shortNames: Readonly<Record<string, string>> = { float32: "F32", uint8: "U8" };
