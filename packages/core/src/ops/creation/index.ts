export { asarray, asTensor, fromTypedArray, scalarTensor } from "./as-tensor.ts";
export { empty, emptyLike, fill, full, fullLike, ones, onesLike, zeros, zerosLike } from "./fill.ts";
export { eye, trilIndices, triuIndices } from "./matrix.ts";
export { arange, linspace, logspace } from "./range.ts";
export type { SizeArguments } from "./size.ts";
export { vander } from "./vander.ts";
export { bartlettWindow, blackmanWindow, hammingWindow, hannWindow, kaiserWindow } from "./windows.ts";
