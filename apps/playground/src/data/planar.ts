/** Two classes of points in a plane. */
import type { Random } from "./random.ts";
import { rounded, type SampleColumns } from "./sample.ts";

type Point = readonly [x: number, y: number];

function points(rows: number, random: Random, draw: (label: number) => Point): SampleColumns {
  const columns: { x1: number[]; x2: number[]; label: number[] } = { x1: [], x2: [], label: [] };
  for (let i = 0; i < rows; i++) {
    const label = random.integer(2);
    const [x, y] = draw(label);
    columns.x1.push(rounded(x));
    columns.x2.push(rounded(y));
    columns.label.push(label);
  }
  return columns;
}

/** Two half circles, one in the arms of the other. */
export function twoMoons(random: Random): SampleColumns {
  return points(400, random, (label) => {
    const angle = random.uniform(0, Math.PI);
    const [x, y] = label === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return [random.normal(x, 0.14), random.normal(y, 0.14)];
  });
}

/** One circle around the other. */
export function circles(random: Random): SampleColumns {
  return points(400, random, (label) => {
    const angle = random.uniform(0, 2 * Math.PI);
    const radius = label === 0 ? 1 : 0.5;
    return [random.normal(radius * Math.cos(angle), 0.1), random.normal(radius * Math.sin(angle), 0.1)];
  });
}

/** Two arms wound around each other. */
export function spiral(random: Random): SampleColumns {
  return points(500, random, (label) => {
    const along = random.uniform(0.05, 1);
    const angle = 1.75 * along * 2 * Math.PI + label * Math.PI;
    return [random.normal(along * Math.cos(angle), 0.025), random.normal(along * Math.sin(angle), 0.025)];
  });
}

/** 1 where just one of the two numbers is positive, which no straight line separates. */
export function xor(random: Random): SampleColumns {
  return points(400, random, (label) => {
    const x = random.uniform(0.04, 1) * (random.integer(2) === 0 ? 1 : -1);
    const y = random.uniform(0.04, 1) * Math.sign(x) * (label === 0 ? 1 : -1);
    return [random.normal(x, 0.05), random.normal(y, 0.05)];
  });
}
