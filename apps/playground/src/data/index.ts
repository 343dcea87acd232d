/** The built-in data sets, each made anew from its seed. */
import { customers } from "./customers.ts";
import { circles, spiral, twoMoons, xor } from "./planar.ts";
import { Random } from "./random.ts";
import type { SampleColumns } from "./sample.ts";

interface Sample {
  readonly title: string;
  readonly fileName: string;
  readonly target: string;
  readonly make: (random: Random) => SampleColumns;
}

export const samples = {
  moons: { title: "Two moons", fileName: "two-moons.csv", target: "label", make: twoMoons },
  circles: { title: "Circles", fileName: "circles.csv", target: "label", make: circles },
  spiral: { title: "Spiral", fileName: "spiral.csv", target: "label", make: spiral },
  xor: { title: "XOR", fileName: "xor.csv", target: "label", make: xor },
  customers: { title: "Table with −1 and −99", fileName: "customers.csv", target: "answered", make: customers },
} as const satisfies Record<string, Sample>;

export type SampleName = keyof typeof samples;
export const sampleNames = Object.keys(samples) as readonly SampleName[];

/** The columns of a data set: always the same. */
export function sampleColumns(name: SampleName): SampleColumns {
  return samples[name].make(new Random(20_261_126));
}
