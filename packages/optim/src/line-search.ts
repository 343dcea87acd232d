/** The line search of L-BFGS: finds a step that satisfies the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5, 3.6). */

/** A point on the line: the step, the loss there, its gradient, and the slope along the line. */
export interface Point<Vector> {
  readonly t: number;
  readonly loss: number;
  readonly gradient: Vector;
  readonly slope: number;
}

/** Evaluates the loss at a step; a generator, so that it can wait for values. */
export type Evaluation<Request, Answer, Vector> = (t: number) => Generator<Request, Point<Vector>, Answer>;

/** How much of the slope the loss must gain, and how flat the slope must become. */
const sufficientDecrease = 1e-4;
const curvature = 0.9;
const mostEvaluations = 25;

/** The minimum of the cubic through two points with their slopes, kept within bounds. */
export function cubicMinimum(
  a: Point<unknown>,
  b: Point<unknown>,
  [low, high]: readonly [number, number] = a.t <= b.t ? [a.t, b.t] : [b.t, a.t],
): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  // Also a NaN goes to the middle.
  if (!(square >= 0)) return (low + high) / 2;
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const d2 = Math.sqrt(square);
  const at = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Math.min(Math.max(at, low), high);
}

/**
 * @param start the loss and slope at step 0.
 * @param size the largest element of the direction: brackets shorter than `tolerance` over it are not refined.
 * @returns the best point found.
 */
export function* strongWolfe<Request, Answer, Vector>(
  evaluate: Evaluation<Request, Answer, Vector>,
  start: Point<Vector>,
  firstStep: number,
  size: number,
  tolerance: number,
): Generator<Request, Point<Vector>, Answer> {
  const tooHigh = (p: Point<Vector>): boolean => p.loss > start.loss + sufficientDecrease * p.t * start.slope;
  const flat = (p: Point<Vector>): boolean => Math.abs(p.slope) <= -curvature * start.slope;

  // Widen the step until a minimum lies between the last two points.
  let previous = start;
  let current = yield* evaluate(firstStep);
  let widenings = 0;
  let low: Point<Vector> | undefined;
  let high = start;
  for (; widenings < mostEvaluations; widenings++) {
    if (tooHigh(current) || (widenings > 1 && current.loss >= previous.loss)) {
      [low, high] = [previous, current];
      break;
    }
    if (flat(current)) return current;
    if (current.slope >= 0) {
      [low, high] = [previous, current];
      break;
    }
    const bounds = [current.t + 0.01 * (current.t - previous.t), current.t * 10] as const;
    const next = cubicMinimum(previous, current, bounds);
    previous = current;
    current = yield* evaluate(next);
  }
  if (low === undefined) [low, high] = [start, current];
  if (low.loss > high.loss) [low, high] = [high, low];

  // Narrow the bracket around it.
  let stalled = false;
  for (let i = widenings; i < mostEvaluations; i++) {
    if (Math.abs(high.t - low.t) * size < tolerance) break;
    let t = cubicMinimum(low, high);
    const [left, right] = low.t <= high.t ? [low.t, high.t] : [high.t, low.t];
    const margin = 0.1 * (right - left);
    const close = Math.min(right - t, t - left) < margin;
    if (close && (stalled || t >= right || t <= left)) {
      t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin;
      stalled = false;
    } else stalled = close;
    const point: Point<Vector> = yield* evaluate(t);
    if (tooHigh(point) || point.loss >= low.loss) {
      high = point;
      if (low.loss > high.loss) [low, high] = [high, low];
      continue;
    }
    if (flat(point)) return point;
    if (point.slope * (high.t - low.t) >= 0) high = low;
    low = point;
  }
  return low;
}
