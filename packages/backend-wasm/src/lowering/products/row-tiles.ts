/**
 * Tiles of float32 as those of `tile.ts`, to the last bit, of operands that both have the steps of the depth side by side: four
 * steps of four columns are turned in registers, where packing would write them to memory first.
 */
import type { FunctionBody } from "../../assembler/module.ts";
import type { Features } from "../../features.ts";
import type { SharedFunction } from "../values/shared.ts";
import { at, instructionsOf, MicrokernelWriter, tileParameters } from "./microkernel.ts";

/** Lanes of a vector, and steps that are taken at once. */
const four = 4;
const bytes = 4;

export const rowTileName = (rows: number): string => `rows_${rows}`;

/** The shared function of a name, if it is one of these. */
export function rowTile(name: string, features: Features): SharedFunction | undefined {
  const [kind, rows] = name.split("_");
  if (kind !== "rows") return undefined;
  return { parameters: tileParameters, results: [], body: () => rowTileBody(features, Number(rows)) };
}

/**
 * results[r, c] (+)= Σ left[r, k] · right[c, k], in the order of k. There are at least four steps before the end of the depth,
 * not necessarily within this block. Reads no column beyond the last one; writes up to the end of the last vector.
 */
function rowTileBody(features: Features, height: number): FunctionBody {
  const vector = instructionsOf("f32", features);
  const w = new MicrokernelWriter();
  const { code } = w;
  // Six rows by two vectors would leave no registers for what is turned.
  const most = height > four ? 1 : 2;
  const sums = Array.from({ length: height }, () => w.locals("v128", most));
  const given = w.locals("v128", four);
  const turned = Array.from({ length: most }, () => w.locals("v128", four));
  const left = w.local("v128");
  const rows = w.locals("i32", height);
  const columns = w.locals("i32", four * most);
  const steps = w.local("i32");
  const back = w.local("i32");
  const resultNow = w.local("i32");

  /** Steps 2 · half and 2 · half + 1 of the columns of a vector, as a vector for each step. */
  const turn = (v: number, half: number): void => {
    const [a, b, c, d] = given;
    const pairs = half === 0 ? [0, 4, 1, 5] : [2, 6, 3, 7];
    for (let i = 0; i < four; i++) w.load(given[i], "v128.load", columns[four * v + i]);
    w.shuffle(a, pairs, a, b);
    w.shuffle(c, pairs, c, d);
    w.shuffle(turned[v][2 * half], [0, 1, 4, 5], a, c);
    w.shuffle(turned[v][2 * half + 1], [2, 3, 6, 7], a, c);
  };
  const multiply = (n: number, vectors: readonly number[]): void => {
    for (let r = 0; r < height; r++) {
      w.load(left, vector.splat, rows[r], bytes * n);
      for (const v of vectors) w.multiplyAdd(vector, sums[r][v], left, turned[v][n]);
    }
  };
  const results = (vectors: number, isFirst: boolean) => (): void => {
    w.copy(resultNow, at.result);
    for (let r = 0; r < height; r++) {
      if (r > 0) w.advance(resultNow, at.resultRow);
      for (let v = 0; v < vectors; v++) {
        w.get(resultNow);
        w.get(sums[r][v]);
        if (!isFirst) {
          w.get(resultNow);
          code.memory("v128.load", 16 * v);
          code.op(vector.add);
        }
        code.memory("v128.store", 16 * v);
      }
    }
  };
  const section = (vectors: number) => (): void => {
    const all = Array.from({ length: vectors }, (_, v) => v);
    for (let r = 0; r < height; r++) {
      for (const v of all) w.zero(sums[r][v], "v128");
      w.copy(rows[r], r === 0 ? at.left : rows[r - 1]);
      if (r > 0) w.advance(rows[r], at.leftRow);
    }
    for (let c = 0; c < four * vectors; c++) {
      w.copy(columns[c], c === 0 ? at.right : columns[c - 1]);
      if (c === 0) continue;
      w.get(at.rightStep);
      code.i32(0);
      w.get(at.count);
      code.i32(c);
      code.op("i32.gt_s");
      code.op("select");
      w.get(columns[c]);
      code.op("i32.add");
      w.set(columns[c]);
    }
    const used = [...rows, ...columns.slice(0, four * vectors)];
    w.copy(steps, at.depth);
    w.whileAtLeast(steps, four, () => {
      for (const half of [0, 1]) {
        for (const v of all) turn(v, half);
        for (const n of [2 * half, 2 * half + 1]) multiply(n, all);
      }
      for (const pointer of used) w.add(pointer, four * bytes);
    });
    w.branch(steps, () => {
      // The last four steps once more, of which some have been added.
      w.get(steps);
      code.i32(four);
      code.op("i32.sub");
      code.i32(Math.log2(bytes));
      code.op("i32.shl");
      w.set(back);
      for (const pointer of used) w.advance(pointer, back);
      for (const v of all) for (const half of [0, 1]) turn(v, half);
      for (let n = 1; n < four; n++) {
        w.get(steps);
        code.i32(four - n);
        code.op("i32.ge_s");
        code.block("if");
        multiply(n, all);
        code.end();
      }
    });
    w.branch(at.first, results(vectors, true), results(vectors, false));
    w.add(at.result, 16 * vectors);
    for (let v = 0; v < vectors; v++) w.advance(at.right, at.panelStep);
  };
  if (most > 1) w.whileAtLeast(at.count, four * most, section(most), four * most - 3);
  w.whileAtLeast(at.count, four, section(1), 1);
  return w.finish();
}
