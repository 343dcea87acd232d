/** A small table for tests: two informative columns, one with gaps and sentinels, one constant. */
import { Generator } from "@cresset/core/functions";

/** CSV text with the columns a, b, rate (with -99), age (with gaps), same and label. */
export function tableText(rows: number, seed = 1): string {
  const generator = new Generator(seed);
  const lines = ["a,b,rate,age,same,label"];
  for (let i = 0; i < rows; i++) {
    const [a, b] = [generator.standardNormal(), generator.standardNormal()];
    const rate = i % 9 === 4 ? "-99" : generator.uniform53().toFixed(4);
    const age = i % 7 === 3 ? "" : String(20 + Math.floor(60 * generator.uniform53()));
    const label = a * b + 0.3 * generator.standardNormal() > 0 ? 1 : 0;
    lines.push([a.toFixed(5), b.toFixed(5), rate, age, "0.1", label].join(","));
  }
  return `${lines.join("\n")}\n`;
}
