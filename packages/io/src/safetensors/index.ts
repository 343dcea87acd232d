/** Files of tensors by name, with texts as metadata: https://github.com/huggingface/safetensors */
export { loadHost } from "./host.ts";
export { type LoadOptions, load, loadFile, SafetensorsFile, safeOpen } from "./read.ts";
export { type SaveOptions, save, saveFile } from "./write.ts";
