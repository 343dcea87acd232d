/** A page that trains the classifier here or in a worker. */
import { type CaseResult, runCase } from "./classifier-case.ts";
import { type Failure, report } from "./report.ts";

const parameters = new URLSearchParams(location.search);
const iterations = Number(parameters.get("iterations"));

function inWorker(): Promise<CaseResult> {
  const worker = new Worker("classifier-worker.js", { type: "module" });
  worker.postMessage(iterations);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<CaseResult | Failure>) =>
      "error" in data ? reject(new Error(data.error)) : resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || "the worker could not be started"));
  });
}

await report(parameters.get("in") === "worker" ? inWorker() : runCase(iterations));
