/** The multiplication of tiles: each call computes a strip of a few rows of the result. */
import type { FunctionBody } from "../../assembler/module.ts";
import type { Features } from "../../features.ts";
import type { NumericKind } from "../code/lanes.ts";
import type { SharedFunction } from "../values/shared.ts";
import { dotsBody, sumsBody } from "./matrix-vector.ts";
import { at, instructionsOf, lanesOf, MicrokernelWriter, tileParameters } from "./microkernel.ts";

export { tileParameters };

/** A tile of sums in registers: rows by vectors of columns. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

/**
 * What the registers hold: two vectors of columns by as many rows as fit fifteen registers. A separate multiply and add
 * need one more register in flight, for which six rows leave no room. Where two vectors are one register, twice as many.
 */
export function tileOf(kind: NumericKind, { simd, relaxedSimd, revectorize }: Features): Tile {
  const fuses = simd && relaxedSimd && (kind === "f32" || kind === "f64");
  return { rows: fuses ? 6 : 4, vectors: fuses && revectorize ? 4 : 2 };
}

/** Columns of a tile. */
export const columnsOf = (kind: NumericKind, features: Features): number =>
  tileOf(kind, features).vectors * lanesOf(kind, features);

/**
 * Heights of strips: rows are cut into as many as possible of the first, then the next …
 *
 * @param inHaste without a function for each height between.
 */
export function stripHeights(kind: NumericKind, features: Features, inHaste: boolean): readonly number[] {
  const { rows } = tileOf(kind, features);
  if (inHaste) return [rows, 1];
  return rows === 6 ? [6, 4, 2, 1] : [4, 2, 1];
}

export const tileName = (kind: NumericKind, rows: number): string => `tile_${kind}_${rows}`;

/** A strip for which tables say where the steps of the depth lie. */
export const tableTileName = (kind: NumericKind, rows: number): string => `tile_${kind}_${rows}_table`;

/** The shared function of a tile's name; undefined for other names. */
export function tileFunction(name: string, features: Features): SharedFunction | undefined {
  if (!name.startsWith("tile_")) return undefined;
  return { parameters: tileParameters, results: [], body: () => tileNamed(name, features) };
}

/** The body of the function of a name. */
export function tileNamed(name: string, features: Features): FunctionBody {
  if (name === "tile_dots") return dotsBody(features);
  if (name === "tile_sums") return sumsBody(features);
  const [, kind, rows, table] = name.split("_");
  return stripBody(kind as NumericKind, features, Number(rows), table !== undefined);
}

/** Steps of the depth that one turn of the loop takes. */
const unrolled = 4;

/**
 * The last three vectors of columns of a strip of six rows, by half of them at a time: one vector of six rows by itself
 * would have too few sums to do something else while each waits for the one before.
 */
const lastOfSix: Tile = { rows: 3, vectors: 3 };

/**
 * results[r, c] (+)= Σ left[r, k] · right[k, c], in the order of k, for a strip of rows: tile by tile of columns, the last
 * ones in narrower tiles. Reads and writes up to the end of the last vector. With `tables`, the parameters for the bytes
 * between steps are addresses of tables with the distance of each step from the first.
 */
function stripBody(kind: NumericKind, features: Features, height: number, tables: boolean): FunctionBody {
  const vector = instructionsOf(kind, features);
  const lanes = lanesOf(kind, features);
  const { vectors: most } = tileOf(kind, features);
  const last = height === 6 && most === 2 ? lastOfSix : undefined;
  const w = new MicrokernelWriter();
  const { code } = w;
  const widest = last?.vectors ?? most;
  const sums = Array.from({ length: height }, () => w.locals(vector.type, widest));
  const right = w.locals(vector.type, widest);
  const left = w.local(vector.type);
  const rows = w.locals("i32", height);
  const rightNow = w.local("i32");
  const nextPanel = w.local("i32");
  const steps = w.local("i32");
  const resultNow = w.local("i32");
  const turns = w.local("i32");

  const leftTable = w.local("i32");
  const rightTable = w.local("i32");
  const distance = w.local("i32");
  const here = w.local("i32");

  /** @param n which of the steps of a turn it is. */
  const step = (tile: Tile, n: number): void => {
    if (tables) {
      w.load(distance, "i32.load", rightTable, 4 * n);
      w.copy(rightNow, at.right);
      w.advance(rightNow, distance);
      w.load(distance, "i32.load", leftTable, 4 * n);
    }
    if (tile.vectors > most) {
      w.copy(nextPanel, rightNow);
      w.advance(nextPanel, at.panelStep);
    }
    for (let v = 0; v < tile.vectors; v++)
      w.load(right[v], vector.load, v < most ? rightNow : nextPanel, (v % most) * vector.bytes);
    if (!tables) w.advance(rightNow, at.rightStep);
    for (let r = 0; r < tile.rows; r++) {
      if (tables) {
        w.copy(here, rows[r]);
        w.advance(here, distance);
      }
      w.load(left, vector.splat, tables ? here : rows[r]);
      for (let v = 0; v < tile.vectors; v++) w.multiplyAdd(vector, sums[r][v], left, right[v]);
      if (!tables) w.advance(rows[r], at.leftStep);
    }
  };
  const turn = (tile: Tile, count: number) => (): void => {
    for (let n = 0; n < count; n++) step(tile, n);
    if (!tables) return;
    w.add(leftTable, 4 * count);
    w.add(rightTable, 4 * count);
  };
  const results = (tile: Tile, isFirst: boolean) => (): void => {
    w.copy(resultNow, at.result);
    for (let r = 0; r < tile.rows; r++) {
      if (r > 0) w.advance(resultNow, at.resultRow);
      for (let v = 0; v < tile.vectors; v++) {
        w.get(resultNow);
        w.get(sums[r][v]);
        if (!isFirst) {
          w.get(resultNow);
          code.memory(vector.load, v * vector.bytes);
          code.op(vector.add);
        }
        code.memory(vector.store, v * vector.bytes);
      }
    }
  };
  const section = (tile: Tile): void => {
    for (let r = 0; r < tile.rows; r++) {
      for (let v = 0; v < tile.vectors; v++) w.zero(sums[r][v], vector.type);
      w.copy(rows[r], r === 0 ? at.left : rows[r - 1]);
      if (r > 0) w.advance(rows[r], at.leftRow);
    }
    w.copy(rightNow, at.right);
    w.copy(steps, at.depth);
    if (tables) {
      w.copy(leftTable, at.leftStep);
      w.copy(rightTable, at.rightStep);
    }
    w.whileAtLeast(steps, unrolled, turn(tile, unrolled));
    w.whileAtLeast(steps, 1, turn(tile, 1));
    w.branch(at.first, results(tile, true), results(tile, false));
  };
  const columns = (vectors: number): void => {
    section({ rows: height, vectors });
    w.add(at.result, vectors * vector.bytes);
    w.add(at.count, -vectors * lanes);
  };

  // Of the last tile's last vector, some lanes may be beyond the end.
  w.get(at.count);
  code.i32(lanes - 1);
  code.op("i32.add");
  code.i32(Math.log2(lanes));
  code.op("i32.shr_u");
  w.set(turns);
  w.get(turns);
  code.i32(Math.log2(most));
  code.op("i32.shr_u");
  if (last) {
    // Of an odd number, the last three are left.
    w.get(turns);
    code.i32(1);
    code.op("i32.and");
    code.op("i32.sub");
  }
  w.set(turns);
  w.whileAtLeast(turns, 1, () => {
    columns(most);
    w.advance(at.right, at.panelStep);
  });
  const ifMore = (vectors: number, then: () => void): void => {
    w.get(at.count);
    code.i32(vectors * lanes);
    code.op("i32.gt_s");
    code.block("if");
    then();
    code.end();
  };
  if (last) {
    ifMore(most, () => {
      for (let half = 0; half < height; half += last.rows) {
        section(last);
        for (let r = 0; r < last.rows; r++) {
          w.advance(at.left, at.leftRow);
          w.advance(at.result, at.resultRow);
        }
      }
      w.zero(at.count, "i32");
    });
  }
  for (let vectors = most / 2; vectors >= 1; vectors /= 2) {
    ifMore(vectors - 1, () => {
      columns(vectors);
      w.add(at.right, vectors * vector.bytes);
    });
  }
  return w.finish();
}
