import { columnOf, createTable, type Table, type TrainingData } from "@cresset/tabular";
import { boundarySize, type Plane } from "./protocol.ts";

/** Points that are drawn at most. */
const mostPoints = 1500;

/** The plane of a network's two inputs; null where it has another number of them. */
export function planeOf(table: Table, data: TrainingData): Plane | null {
  const { columns, target } = data.preparation;
  if (data.width !== 2 || columns.length !== 2) return null;
  const [first, second] = columns.map(({ name }) => columnOf(table, name).values);
  const labels = columnOf(table, target).values;
  const every = Math.ceil(table.length / mostPoints);
  const shown = (rows: ArrayLike<number>, test: number) =>
    Array.from(rows, (row) => [row, test] as const).filter(([row]) => row % every === 0);
  const rows = [...shown(data.rows.train, 0), ...shown(data.rows.test, 1)];
  const values = (numbers: typeof first, at: 0 | 1) => {
    const { sentinels, fill } = columns[at];
    return Float64Array.from(rows, ([row]) => {
      const value = numbers.at(row);
      return fill !== null && (Number.isNaN(value) || sentinels.includes(value)) ? fill : value;
    });
  };
  const [x, y] = [values(first, 0), values(second, 1)];
  return {
    names: [columns[0].name, columns[1].name],
    x,
    y,
    labels: Uint8Array.from(rows, ([row]) => labels.at(row)),
    tests: Uint8Array.from(rows, ([, test]) => test),
    xDomain: padded(x),
    yDomain: padded(y),
  };
}

function padded(values: Float64Array): Plane["xDomain"] {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  const margin = 0.06 * (to - from) || 1;
  return { from: from - margin, to: to + margin };
}

/** The middles of the cells that the plane is drawn in, from its top left corner. */
export function gridOf({ names, xDomain, yDomain }: Plane): Table {
  const count = boundarySize ** 2;
  const at = ({ from, to }: Plane["xDomain"], i: number): number => from + ((i + 0.5) / boundarySize) * (to - from);
  const x = Float64Array.from({ length: count }, (_, i) => at(xDomain, i % boundarySize));
  const y = Float64Array.from({ length: count }, (_, i) =>
    at(yDomain, boundarySize - 1 - Math.floor(i / boundarySize)),
  );
  const [first, second] = names;
  return createTable({ [first]: x, [second]: y });
}
