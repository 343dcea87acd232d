import { gather, take, takeAlongDim } from "../indexing/gather.ts";
import { indexAdd, indexCopy, indexFill } from "../indexing/index-dim.ts";
import { indexPut, indexPut_ } from "../indexing/index-put.ts";
import { index, indexSync } from "../indexing/index-read.ts";
import { indexReduce } from "../indexing/index-reduce.ts";
import { indexSelect } from "../indexing/index-select.ts";
import { maskedFill, maskedScatter, maskedSelect, maskedSelectSync } from "../indexing/masked.ts";
import { put } from "../indexing/put.ts";
import { scatter, scatterAdd } from "../indexing/scatter.ts";
import { scatterReduce } from "../indexing/scatter-reduce.ts";
import { unravelIndex } from "../indexing/unravel-index.ts";
import { diagonalScatter, selectScatter, sliceScatter } from "../indexing/view-scatter.ts";
import type { Catalogue } from "./catalogue.ts";

/** Elements by index. */
export const indexing = {
  diagonalScatter: { fn: diagonalScatter, on: ["torch", "method"] },
  gather: { fn: gather, on: ["torch", "method"] },
  index: { fn: index, on: ["torch", "method"] },
  indexAdd: { fn: indexAdd, on: ["torch", "method", "inplace"] },
  indexCopy: { fn: indexCopy, on: ["torch", "method", "inplace"] },
  indexFill: { fn: indexFill, on: ["torch", "method", "inplace"] },
  indexPut: { fn: indexPut, on: ["torch", "method"] },
  indexPut_: { fn: indexPut_, on: ["method"] },
  indexReduce: { fn: indexReduce, on: ["torch", "method", "inplace"] },
  indexSelect: { fn: indexSelect, on: ["torch", "method"] },
  indexSync: { fn: indexSync, on: ["torch", "method"] },
  maskedFill: { fn: maskedFill, on: ["torch", "method", "inplace"] },
  maskedScatter: { fn: maskedScatter, on: ["torch", "method", "inplace"] },
  maskedSelect: { fn: maskedSelect, on: ["torch", "method"] },
  maskedSelectSync: { fn: maskedSelectSync, on: ["torch", "method"] },
  put: { fn: put, on: ["torch", "method", "inplace"] },
  scatter: { fn: scatter, on: ["torch", "method", "inplace"] },
  scatterAdd: { fn: scatterAdd, on: ["torch", "method", "inplace"] },
  scatterReduce: { fn: scatterReduce, on: ["torch", "method", "inplace"] },
  selectScatter: { fn: selectScatter, on: ["torch", "method"] },
  sliceScatter: { fn: sliceScatter, on: ["torch", "method"] },
  take: { fn: take, on: ["torch", "method"] },
  takeAlongDim: { fn: takeAlongDim, on: ["torch", "method"] },
  unravelIndex: { fn: unravelIndex, on: ["torch"] },
} as const satisfies Catalogue;
