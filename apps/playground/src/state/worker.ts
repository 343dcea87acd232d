import type { Api, Progress } from "../worker/protocol.ts";
import { connect } from "../worker/rpc.ts";
import { fail } from "./problem.ts";
import { takeProgress } from "./progress.ts";

const thread = new Worker(new URL("../worker/main.ts", import.meta.url), { type: "module", name: "training" });

/** The worker's methods. */
export const worker = connect<Api>(
  thread,
  (report) => takeProgress(report as Progress),
  (message) => fail(`The training's worker failed: ${message}`),
);
