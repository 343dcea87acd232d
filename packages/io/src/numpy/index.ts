/** Files of NumPy's arrays: `.npy` and `.npz`. */
export { type LoadOptions, load } from "./load.ts";
export { type Arrays, archiveToBytes, save, savez, savezCompressed, toBytes } from "./save.ts";
