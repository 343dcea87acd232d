/** How movement primitives carry coordinates from their result to their operand. */
import type { Bound, Index } from "../backend/program.ts";
import type { Term } from "../graph/term.ts";
import { axisIndex, constantIndex, type Extents, plus, reshapeCoordinates, times, zero } from "./indexing.ts";

/** Where a movement term reads its operand, and where it has none. */
export interface Movement {
  readonly coordinates: readonly Index[];
  /** For `pad`: where the operand is read; elsewhere the value is the fill. */
  readonly bounds: readonly Bound[];
}

/** The operand's coordinates for a movement term at `coordinates`; null for other terms. */
export function throughMovement(term: Term, coordinates: readonly Index[], extents: Extents): Movement | null {
  const p = term.primitive;
  const source = term.inputs[0];
  switch (p.op) {
    case "reshape":
      return { coordinates: reshapeCoordinates(coordinates, term.shape, source.shape, extents), bounds: [] };
    case "permute": {
      const out = new Array<Index>(coordinates.length);
      for (const [d, from] of p.order.entries()) out[from] = coordinates[d];
      return { coordinates: out, bounds: [] };
    }
    case "expand":
      return { coordinates: coordinates.map((c, d) => (source.shape[d] === 1 ? zero : c)), bounds: [] };
    case "slice":
      return {
        coordinates: coordinates.with(p.dim, plus(position(term.inputs[1]), times(coordinates[p.dim], p.step))),
        bounds: [],
      };
    case "pad": {
      const low = position(term.inputs[1]);
      const forward = p.step > 0;
      const distance = forward ? plus(coordinates[p.dim], times(low, -1)) : plus(low, times(coordinates[p.dim], -1));
      const step = Math.abs(p.step);
      const size = source.shape[p.dim];
      const at: Index = step === 1 ? distance : { kind: "quotient", input: distance, by: step };
      return {
        coordinates: coordinates.with(p.dim, at),
        bounds: [{ index: distance, extent: (size - 1) * step + 1, step }],
      };
    }
    case "window": {
      const k = coordinates[coordinates.length - 1];
      const at = plus(times(coordinates[p.dim], p.step), times(k, p.dilation));
      return { coordinates: coordinates.slice(0, -1).with(p.dim, at), bounds: [] };
    }
    default:
      return null;
  }
}

/** A start that is a constant or an argument of the program. */
function position(start: Term): Index {
  const p = start.primitive;
  if (p.op === "constant") return constantIndex(Number(p.value));
  if (p.op === "argument") return { kind: "argument", slot: p.slot };
  throw new Error(`a position is ${p.op}`);
}

/** The axis of each dimension that is not 1, in order; dimensions of size 1 lie at 0. */
export function axesOf(shape: readonly number[], axes: readonly number[]): Index[] {
  let next = 0;
  return shape.map((size) => (size === 1 ? zero : axisIndex(axes[next++])));
}

export const squeezed = (shape: readonly number[]): number[] => shape.filter((n) => n !== 1);
