/** Files of tensors by name, with texts as metadata: https://github.com/huggingface/safetensors */
export { loadHost } from "./host.ts";
export { type LoadOptions, load, loadFile, SafetensorsFile, safeOpen } from "./read.ts";
export { type ShardedLoadOptions, ShardedSafetensors, safeOpenSharded } from "./read-sharded.ts";
export {
  type DeferredTensor,
  type NamedTensors,
  type SaveOptions,
  save,
  saveBlob,
  saveFile,
} from "./write.ts";
export { type SaveShardedOptions, saveSharded } from "./write-sharded.ts";
