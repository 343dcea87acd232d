/**
 * Products of a matrix and a vector, of float32, where a table says where the steps of the depth lie: sums as those of
 * `matrix-vector.ts`, to the last bit, of what is not packed. Elements of a vector are neighbours, or every second one is.
 */
import type { FunctionBody } from "../../assembler/module.ts";
import type { Plain } from "../../assembler/opcodes.ts";
import type { Features } from "../../features.ts";
import type { SharedFunction } from "../values/shared.ts";
import { instructionsOf, MicrokernelWriter, tileParameters } from "./microkernel.ts";
import { block } from "./thin.ts";

const partial = 4;

/**
 * The table has for each step of the depth (`sums`), or for every four (`dots`), how many bytes the left and the right
 * element lie behind the first.
 */
const at = {
  left: 0,
  right: 1,
  result: 2,
  depth: 3,
  count: 4,
  table: 5,
  /** Of `sums`: how many runs of `count` results there are, bytes between those of the right operand, and of the results. */
  runs: 6,
  rightRun: 7,
  resultRun: 8,
  /** By how many bytes the last vector of a run lies further back than it would after the one before. */
  rightBack: 9,
  resultBack: 10,
  /** Of `dots`: a table of how many bytes the right elements of each result lie behind those of the first. */
  rows: 6,
} as const;

export const runFunctionName = (kind: "sums" | "dots", apart: number): string => `runs_${kind}_${apart}`;

/** The shared function of a name, if it is one of these. */
export function runFunction(name: string, features: Features): SharedFunction | undefined {
  const [runs, kind, apart] = name.split("_");
  if (runs !== "runs") return undefined;
  const body = kind === "sums" ? sumsBody : dotsBody;
  return { parameters: tileParameters, results: [], body: () => body(new Writer(features, Number(apart))) };
}

class Writer extends MicrokernelWriter {
  readonly vector;
  readonly #apart: number;

  /** @param apart how many elements further the next element of a vector lies. */
  constructor(features: Features, apart: number) {
    super();
    this.vector = instructionsOf("f32", features);
    this.#apart = apart;
  }

  /** to := a op b */
  op(name: Plain, to: number, a: number, b: number): void {
    this.get(a);
    this.get(b);
    this.code.op(name);
    this.set(to);
  }

  /** Vector `n` of those from an address on. No more is read than what is between its first element and its last. */
  loadApart(to: number, address: number, n: number, other: number): void {
    this.load(to, "v128.load", address, 16 * this.#apart * n);
    if (this.#apart === 1) return;
    this.load(other, "v128.load", address, 32 * n + 12);
    this.shuffle(to, [0, 2, 5, 7], to, other);
  }

  /** Advances an address by so many vectors. */
  addApart(address: number, vectors: number): void {
    this.add(address, 16 * this.#apart * vectors);
  }

  /** Runs `body` for blocks of the depth, of so many `steps`; `begun` is 0 in the first. */
  eachBlock(steps: number, begun: number, body: () => void): void {
    const { code } = this;
    const left = this.local("i32");
    this.copy(left, at.depth);
    this.zero(begun, "i32");
    const one = (): void => {
      this.get(left);
      code.i32(block.depth);
      this.get(left);
      code.i32(block.depth);
      code.op("i32.lt_s");
      code.op("select");
      this.set(steps);
      body();
      this.copy(begun, at.depth);
    };
    this.whileAtLeast(left, block.depth, one, 1);
  }
}

/**
 * results[r, c] = Σ left[k] · right[r, k, c] for runs of results, of four or more each, which are neighbours. The last vector
 * of a run overlaps the one before.
 */
function sumsBody(w: Writer): FunctionBody {
  const { code, vector } = w;
  const most = 3;
  const sums = Array.from({ length: most }, () => w.locals("v128", partial));
  const [left, right, other] = w.locals("v128", 3);
  const [now, table, steps, begun, rightNow, resultNow, count] = w.locals("i32", 7);

  const section = (vectors: number): void => {
    const parts = sums.slice(0, vectors);
    const step = (n: number, use: (part: readonly number[]) => void): void => {
      w.load(now, "i32.load", table, 8 * n);
      w.advance(now, at.left);
      w.load(left, vector.splat, now);
      w.load(now, "i32.load", table, 8 * n + 4);
      w.advance(now, rightNow);
      for (const [v, part] of parts.entries()) {
        w.loadApart(right, now, v, other);
        use(part);
      }
    };
    w.copy(table, at.table);
    w.eachBlock(steps, begun, () => {
      for (const sum of parts.flat()) w.zero(sum, "v128");
      w.whileAtLeast(steps, partial, () => {
        for (let k = 0; k < partial; k++) step(k, (part) => w.multiplyAdd(vector, part[k], left, right));
        w.add(table, 8 * partial);
      });
      for (const [a, b, c, d] of parts) {
        w.op(vector.add, a, a, b);
        w.op(vector.add, c, c, d);
        w.op(vector.add, a, a, c);
        w.zero(b, "v128");
      }
      w.branch(steps, () => {
        w.whileAtLeast(steps, 1, () => {
          step(0, ([_, tail]) => {
            w.op(vector.mul, right, left, right);
            w.op(vector.add, tail, right, tail);
          });
          w.add(table, 8);
        });
        for (const [sum, tail] of parts) w.op(vector.add, sum, sum, tail);
      });
      w.branch(begun, () => {
        for (const [v, [sum]] of parts.entries()) {
          w.load(right, "v128.load", resultNow, 16 * v);
          w.op(vector.add, sum, sum, right);
        }
      });
      for (const [v, [sum]] of parts.entries()) {
        w.get(resultNow);
        w.get(sum);
        code.memory("v128.store", 16 * v);
      }
    });
    w.add(resultNow, 16 * vectors);
    w.addApart(rightNow, vectors);
  };

  w.whileAtLeast(at.runs, 1, () => {
    w.copy(rightNow, at.right);
    w.copy(resultNow, at.result);
    w.copy(count, at.count);
    for (const vectors of [most, 2]) w.whileAtLeast(count, 4 * vectors, () => section(vectors));
    const last = (): void => {
      w.get(count);
      code.i32(4);
      code.op("i32.lt_s");
      code.block("if");
      w.advance(rightNow, at.rightBack);
      w.advance(resultNow, at.resultBack);
      code.end();
      section(1);
    };
    w.whileAtLeast(count, 4, last, 1);
    w.advance(at.right, at.rightRun);
    w.advance(at.result, at.resultRun);
  });
  return w.finish();
}

/** results[i] = Σ left[k] · right[i, k] for a depth of a multiple of four steps, of which four are neighbours. */
function dotsBody(w: Writer): FunctionBody {
  const { code, vector } = w;
  const heights = [9, 7, 4, 2, 1];
  const rows = w.locals("i32", heights[0]);
  const sums = w.locals("v128", heights[0]);
  const [left, right, other] = w.locals("v128", 3);
  const [now, distance, table, steps, begun] = w.locals("i32", 5);

  const section = (height: number): void => {
    const parts = sums.slice(0, height);
    for (const i of parts.keys()) {
      w.load(rows[i], "i32.load", at.rows, 4 * i);
      w.advance(rows[i], at.right);
    }
    w.copy(table, at.table);
    w.eachBlock(steps, begun, () => {
      for (const sum of parts) w.zero(sum, "v128");
      w.whileAtLeast(steps, partial, () => {
        w.load(now, "i32.load", table);
        w.advance(now, at.left);
        w.load(left, "v128.load", now);
        w.load(distance, "i32.load", table, 4);
        for (const [i, sum] of parts.entries()) {
          w.op("i32.add", now, rows[i], distance);
          w.loadApart(right, now, 0, other);
          w.multiplyAdd(vector, sum, left, right);
        }
        w.add(table, 8);
      });
      for (const [i, sum] of parts.entries()) {
        // In every lane (0 + 1) + (2 + 3).
        w.shuffle(right, [1, 0, 3, 2], sum, sum);
        w.op(vector.add, sum, sum, right);
        w.shuffle(right, [2, 3, 0, 1], sum, sum);
        w.op(vector.add, sum, sum, right);
        w.branch(begun, () => {
          w.load(right, vector.splat, at.result, 4 * i);
          w.op(vector.add, sum, sum, right);
        });
        w.get(at.result);
        w.get(sum);
        code.memoryLane("v128.store32_lane", 0, 4 * i);
      }
    });
    w.add(at.rows, 4 * height);
    w.add(at.result, 4 * height);
  };
  for (const height of heights) w.whileAtLeast(at.count, height, () => section(height));
  return w.finish();
}
