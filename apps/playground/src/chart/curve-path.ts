import { thinned } from "./thinned.ts";

/** An SVG path through points; not through those that are infinite or NaN. A point by itself is drawn as a dot. */
export function curvePath(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  x: (value: number) => number,
  y: (value: number) => number,
  columns: number,
): string {
  let path = "";
  let pen = "M";
  for (const i of thinned(xs, ys, columns)) {
    if (!Number.isFinite(ys[i])) pen = "M";
    else {
      path += `${pen}${x(xs[i]).toFixed(1)} ${y(ys[i]).toFixed(1)}`;
      pen = "L";
    }
  }
  return xs.length === 1 && path !== "" ? `${path}h0` : path;
}
