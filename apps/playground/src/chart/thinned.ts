/**
 * The points of a curve that are worth drawing: where more than two fall into one column of pixels, that column's lowest and
 * highest, so that no spike is lost. In order.
 */
export function thinned(x: ArrayLike<number>, y: ArrayLike<number>, columns: number): number[] {
  const { length } = x;
  if (length <= 2 * columns || columns < 1) return Array.from({ length }, (_, i) => i);
  const chosen: number[] = [];
  const perColumn = length / columns;
  for (let column = 0; column < columns; column++) {
    const from = Math.floor(column * perColumn);
    const to = Math.min(Math.floor((column + 1) * perColumn), length);
    let [lowest, highest] = [from, from];
    for (let i = from + 1; i < to; i++) {
      if (y[i] < y[lowest]) lowest = i;
      if (y[i] > y[highest]) highest = i;
    }
    if (lowest === highest) chosen.push(lowest);
    else chosen.push(Math.min(lowest, highest), Math.max(lowest, highest));
  }
  if (chosen.at(-1) !== length - 1) chosen.push(length - 1);
  return chosen;
}
