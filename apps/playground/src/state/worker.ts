import workerFile from "../worker/main.ts?worker&url";
import type { Api, Progress } from "../worker/protocol.ts";
import { connect } from "../worker/rpc.ts";
import { fail, ready } from "./problem.ts";
import { takeProgress } from "./progress.ts";

/**
 * A worker that is loaded from a file has the policy that its server sends, which may be none; one that the page writes
 * itself has the page's. So the data cannot leave through the worker either, whatever server the site lies on.
 */
const start = new Blob([`import ${JSON.stringify(new URL(workerFile, location.href).href)};`], {
  type: "text/javascript",
});
const thread = new Worker(URL.createObjectURL(start), { type: "module", name: "training" });

/** The worker's methods. */
export const worker = connect<Api>(
  thread,
  (report) => takeProgress(report as Progress),
  (message) => {
    fail(`The training's worker failed: ${message}`);
    ready.value = true;
  },
);
