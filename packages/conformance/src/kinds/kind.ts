import type { Bench } from "../read/bench.ts";
import type { Case } from "../read/manifest.ts";

/** Runs one case and says what did not agree: nothing if it passed. What it throws counts as a mismatch. */
export type Kind = (one: Case, bench: Bench) => Promise<readonly string[]>;
