/** What one case runs, in a page or in a worker: the binary classifier's program on wasm. */
import { wasm } from "@cresset/backend-wasm";
import { deviceInfo, registerBackend, setDefaultDevice } from "@cresset/core/functions";
import { losses } from "../../bench/src/programs/classifier.ts";

export type Info = Readonly<Record<string, string | number | boolean>>;

export interface CaseResult {
  readonly isolated: boolean;
  /** On the backend as a user gets it. */
  readonly losses: readonly number[];
  readonly info: Info;
  /** The same on two threads that share everything, or why they could not start. */
  readonly threads: { readonly losses: readonly number[]; readonly info: Info } | { readonly refused: string };
}

export async function runCase(iterations: number): Promise<CaseResult> {
  await registerBackend(wasm());
  const alone = await train(iterations, "wasm");
  return {
    isolated: globalThis.crossOriginIsolated,
    ...alone,
    threads: await onThreads(iterations).catch((error: unknown) => ({ refused: String(error) })),
  };
}

async function onThreads(iterations: number): Promise<{ losses: number[]; info: Info }> {
  await registerBackend({ ...wasm({ threads: 2, share: "all" }), name: "threads" });
  return await train(iterations, "threads");
}

async function train(iterations: number, device: string): Promise<{ losses: number[]; info: Info }> {
  setDefaultDevice(device);
  const seen: number[] = [];
  for await (const loss of losses()) {
    seen.push(loss);
    if (seen.length === iterations) break;
  }
  return { losses: seen, info: deviceInfo() };
}
