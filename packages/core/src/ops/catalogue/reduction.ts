import * as r from "../reduction/index.ts";
import type { Catalogue } from "./catalogue.ts";

const plain = ["torch", "method"] as const;

/** Reductions. */
export const reduction = {
  sum: { fn: r.sum, on: plain },
  nansum: { fn: r.nansum, on: plain },
  mean: { fn: r.mean, on: plain },
  nanmean: { fn: r.nanmean, on: plain },
  prod: { fn: r.prod, on: plain },
  sumToSize: { fn: r.sumToSize, on: ["torch", "method"] },

  var: { fn: r.var, on: plain },
  std: { fn: r.std, on: plain },
  varMean: { fn: r.varMean, on: ["torch"] },
  stdMean: { fn: r.stdMean, on: ["torch"] },

  max: { fn: r.max, on: plain },
  min: { fn: r.min, on: plain },
  amax: { fn: r.amax, on: plain },
  amin: { fn: r.amin, on: plain },
  aminmax: { fn: r.aminmax, on: plain },
  argmax: { fn: r.argmax, on: plain },
  argmin: { fn: r.argmin, on: plain },

  all: { fn: r.all, on: plain },
  any: { fn: r.any, on: plain },
  countNonzero: { fn: r.countNonzero, on: plain },

  logsumexp: { fn: r.logsumexp, on: plain },
  norm: { fn: r.norm, on: plain },
  renorm: { fn: r.renorm, on: ["torch", "method", "inplace"] },
  dist: { fn: r.dist, on: plain },
} as const satisfies Catalogue;
