import * as s from "../sort/index.ts";
import type { Catalogue } from "./catalogue.ts";

const plain = ["torch", "method"] as const;

/** Sorting, searching and counting. */
export const sorting = {
  sort: { fn: s.sort, on: plain },
  argsort: { fn: s.argsort, on: plain },
  msort: { fn: s.msort, on: plain },
  topk: { fn: s.topk, on: plain },
  kthvalue: { fn: s.kthvalue, on: plain },
  median: { fn: s.median, on: plain },
  nanmedian: { fn: s.nanmedian, on: plain },
  mode: { fn: s.mode, on: plain },
  quantile: { fn: s.quantile, on: plain },
  nanquantile: { fn: s.nanquantile, on: plain },

  searchsorted: { fn: s.searchsorted, on: ["torch"] },
  bucketize: { fn: s.bucketize, on: ["torch"] },
  isin: { fn: s.isin, on: ["torch"] },

  histogram: { fn: s.histogram, on: plain },
  histogramdd: { fn: s.histogramdd, on: ["torch"] },
  histc: { fn: s.histc, on: plain },
  bincount: { fn: s.bincount, on: plain },
  bincountSync: { fn: s.bincountSync, on: plain },
  nonzero: { fn: s.nonzero, on: plain },
  nonzeroSync: { fn: s.nonzeroSync, on: plain },
  argwhere: { fn: s.argwhere, on: plain },
  argwhereSync: { fn: s.argwhereSync, on: plain },
  unique: { fn: s.unique, on: plain },
  uniqueSync: { fn: s.uniqueSync, on: plain },
  uniqueConsecutive: { fn: s.uniqueConsecutive, on: plain },
  uniqueConsecutiveSync: { fn: s.uniqueConsecutiveSync, on: plain },
} as const satisfies Catalogue;
