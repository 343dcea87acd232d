import { asarray, asTensor, fromTypedArray, newTensor, scalarTensor } from "../creation/as-tensor.ts";
import {
  empty,
  emptyLike,
  fill,
  fill_,
  full,
  fullLike,
  newEmpty,
  newFull,
  newOnes,
  newZeros,
  ones,
  onesLike,
  zero,
  zeros,
  zerosLike,
} from "../creation/fill.ts";
import { eye, trilIndices, triuIndices } from "../creation/matrix.ts";
import { arange, linspace, logspace } from "../creation/range.ts";
import { vander } from "../creation/vander.ts";
import { bartlettWindow, blackmanWindow, hammingWindow, hannWindow, kaiserWindow } from "../creation/windows.ts";
import type { Catalogue } from "./catalogue.ts";

/** Tensors made of nothing. */
export const creation = {
  arange: { fn: arange, on: ["torch"] },
  asarray: { fn: asarray, on: ["torch"] },
  asTensor: { fn: asTensor, on: ["torch"] },
  bartlettWindow: { fn: bartlettWindow, on: ["torch"] },
  blackmanWindow: { fn: blackmanWindow, on: ["torch"] },
  empty: { fn: empty, on: ["torch"] },
  emptyLike: { fn: emptyLike, on: ["torch"] },
  eye: { fn: eye, on: ["torch"] },
  fill: { fn: fill, on: ["torch"] },
  fill_: { fn: fill_, on: ["method"] },
  fromTypedArray: { fn: fromTypedArray, on: ["torch"] },
  full: { fn: full, on: ["torch"] },
  fullLike: { fn: fullLike, on: ["torch"] },
  hammingWindow: { fn: hammingWindow, on: ["torch"] },
  hannWindow: { fn: hannWindow, on: ["torch"] },
  kaiserWindow: { fn: kaiserWindow, on: ["torch"] },
  linspace: { fn: linspace, on: ["torch"] },
  logspace: { fn: logspace, on: ["torch"] },
  newEmpty: { fn: newEmpty, on: ["method"] },
  newFull: { fn: newFull, on: ["method"] },
  newOnes: { fn: newOnes, on: ["method"] },
  newTensor: { fn: newTensor, on: ["method"] },
  newZeros: { fn: newZeros, on: ["method"] },
  ones: { fn: ones, on: ["torch"] },
  onesLike: { fn: onesLike, on: ["torch"] },
  scalarTensor: { fn: scalarTensor, on: ["torch"] },
  trilIndices: { fn: trilIndices, on: ["torch"] },
  triuIndices: { fn: triuIndices, on: ["torch"] },
  vander: { fn: vander, on: ["torch"] },
  zero: { fn: zero, on: ["inplace"] },
  zeros: { fn: zeros, on: ["torch"] },
  zerosLike: { fn: zerosLike, on: ["torch"] },
} as const satisfies Catalogue;
