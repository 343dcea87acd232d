import { probeCompetitors } from "../competitors.ts";
import type { Work } from "./work.ts";

/** Floating-point operations per second that multiply-adds on registers reach: what matmul is to be measured against. */
export const probe: Work = {
  name: "flops",
  task: { kind: "probe" },
  inputs: () => ({}),
  competitors: probeCompetitors,
};
