/** All work, in the order in which it runs. */
import { classifier } from "./classifier.ts";
import { matmul } from "./matmul.ts";
import { networks } from "./networks.ts";
import { overhead } from "./overhead.ts";
import { probe } from "./probe.ts";
import { elementwise, reductions, rows } from "./rows.ts";
import type { Work } from "./work.ts";

/** Work that is timed in rounds. */
export const steadyWork: readonly Work[] = [
  ...overhead,
  ...classifier,
  ...networks,
  probe,
  ...matmul,
  ...elementwise,
  ...rows,
  ...reductions,
];

/** Work that runs the built packages. */
export const builtWork = ["cold-start", "bundle-classifier", "bundle-umbrella"] as const;

export const workNames: readonly string[] = [...steadyWork.map(({ name }) => name), ...builtWork];
