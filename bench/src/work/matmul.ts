import { uniform } from "../inputs.ts";
import type { Work } from "./work.ts";

/** The product [m, k] · [k, n]; `layout` says which operands lie transposed in memory ("n" or "t" for a, then b). */
function product(name: string, m: number, k: number, n: number, layout: "nn" | "nt" | "tn" = "nn"): Work {
  const transposeA = layout[0] === "t";
  const transposeB = layout[1] === "t";
  return {
    name,
    task: { kind: "matmul", transposeA, transposeB },
    inputs: () => ({
      a: uniform(transposeA ? [k, m] : [m, k], 1),
      b: uniform(transposeB ? [n, k] : [k, n], 2),
    }),
  };
}

const square = [64, 128, 256, 512, 1024].map((n) => product(`matmul-${n}`, n, n, n));

/** The products of the classifier's step at 1000 rows, named m x k x n. */
const ofStep = [
  product("matmul-1000x20x100-nt", 1000, 20, 100, "nt"),
  product("matmul-1000x100x1-nt", 1000, 100, 1, "nt"),
  product("matmul-1x1000x100-tn", 1, 1000, 100, "tn"),
  product("matmul-1000x1x100", 1000, 1, 100),
  product("matmul-100x1000x20-tn", 100, 1000, 20, "tn"),
];

/** Plain ones of such shapes. */
const skinny = [
  product("matmul-1000x20x100", 1000, 20, 100),
  product("matmul-1000x100x1", 1000, 100, 1),
  product("matmul-100x1000x20", 100, 1000, 20),
];

export const matmul: readonly Work[] = [...square, ...ofStep, ...skinny];

/** The products that are held against what the machine can do. */
export const largeSquares = ["matmul-128", "matmul-256", "matmul-512", "matmul-1024"];
export const productsOfStep = ofStep.map(({ name }) => name);

/** Of a square product. */
export const multiplyAdds = (work: string): number => Number(work.replace("matmul-", "")) ** 3;
