/** A contender's process: `node host.ts MODULE OPTIONS`. */
import { readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import {
  type Contender,
  type HostTensor,
  type Implementation,
  type Inputs,
  type Prepared,
  Unsupported,
} from "./contender.ts";
import {
  type Failure,
  type FinishReply,
  type Kind,
  type MeasureReply,
  type PrepareReply,
  type Request,
  type StartReply,
  sample,
  type Task,
  type TensorFile,
} from "./protocol.ts";

const starts = {
  cresset: async () => (await import("./contenders/cresset.ts")).start(JSON.parse(process.argv[3])),
  probe: async () => (await import("./contenders/probe.ts")).start(JSON.parse(process.argv[3])),
  tfjs: async () => (await import("./contenders/tfjs.ts")).start(JSON.parse(process.argv[3])),
  "jax-js": async () => (await import("./contenders/jax-js.ts")).start(),
  "ort-web": async () => (await import("./contenders/ort-web.ts")).start(),
} satisfies Record<string, () => Promise<Contender>>;

/** Names of the modules that `host.ts` can run. */
export type HostModule = keyof typeof starts;

let prepared: Prepared | undefined;

function load(files: Readonly<Record<string, TensorFile>>): Inputs {
  const inputs: Record<string, HostTensor> = {};
  for (const [name, { shape, file }] of Object.entries(files)) {
    const bytes = readFileSync(file);
    // A copy of its own: small files lie in a buffer that others share.
    inputs[name] = { shape, data: new Float32Array(new Uint8Array(bytes).buffer) };
  }
  return inputs;
}

function implementation<K extends Kind>(
  contender: Contender,
  task: Extract<Task, { kind: K }>,
): Implementation<K> | undefined {
  return contender.tasks[task.kind as K];
}

async function prepare(
  contender: Contender,
  request: Extract<Request, { ask: "prepare" }>,
): Promise<PrepareReply | Failure> {
  const implement = implementation(contender, request.task);
  if (implement === undefined) return { unsupported: `has no task ${request.task.kind}` };
  prepared = await implement(request.task, load(request.inputs));
  const result = await prepared.result();
  return { result: result === null ? null : sample(result), operations: prepared.operations };
}

async function measure(repetitions: number): Promise<MeasureReply> {
  if (prepared === undefined) throw new Error("nothing is prepared");
  const { step } = prepared;
  const start = performance.now();
  for (let i = 0; i < repetitions; i++) {
    const pending = step();
    if (pending instanceof Promise) await pending;
  }
  return { seconds: (performance.now() - start) / 1000 };
}

function finish(): FinishReply {
  const note = prepared?.finish?.();
  prepared = undefined;
  globalThis.gc?.();
  return { note };
}

function answer(contender: Contender, request: Request): object | Promise<object> {
  if (request.ask === "prepare") return prepare(contender, request);
  return request.ask === "measure" ? measure(request.repetitions) : finish();
}

const reply = (message: object): void => void writeSync(3, `${JSON.stringify(message)}\n`);
const failure = (error: unknown): Failure => {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof Unsupported ? { unsupported: message } : { error: message };
};

try {
  const contender = await starts[process.argv[2] as HostModule]();
  reply({ description: contender.description } satisfies StartReply);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      reply(await answer(contender, JSON.parse(line) as Request));
    } catch (error) {
      reply(failure(error));
    }
  }
} catch (error) {
  reply(failure(error));
}
// Workers of a library must not keep a process alive whose coordinator is gone.
process.exit(0);
