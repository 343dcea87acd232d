/** Worker threads from source text, wherever there are any: nothing to serve, no path to configure. */
import { builtin } from "../builtin.ts";

/** What a worker starts with. */
export interface Start {
  readonly memory: WebAssembly.Memory;
  readonly driver: WebAssembly.Module;
  /** Address of the control block. */
  readonly at: number;
  readonly thread: number;
  /** Offsets in the control block. */
  readonly words: Readonly<Record<string, number>>;
}

export interface WorkerThread {
  terminate(): void;
}

/**
 * What a worker does: waits for phases, loads the kernels that are new, takes part. It uses nothing but the
 * language and `start`'s parameter, and is text so that bundlers leave it as it is. It grows the memory by nothing since another
 * thread may have grown it, which the engine tells this one of at its leisure: until then its buffer is short of what the list of
 * modules lies in.
 */
const main = `
const start = ({ memory, driver, at, thread, words }) => {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 0 });
  const word = (offset) => (at + offset) / 4;
  const host = {
    wait(address, value) {
      Atomics.wait(new Int32Array(memory.buffer), (address >>> 0) / 4, value, 1000);
    },
  };
  const load = (module) => {
    const functions = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module))
      if (from === "host") functions[name] = host[name];
    const { exports } = new WebAssembly.Instance(module, { env: { memory, table }, host: functions });
    Object.assign(host, exports);
    return exports;
  };
  const { takePart, next } = load(driver);
  const view = new Int32Array(memory.buffer);
  let turn = 0;
  let from = Atomics.load(view, word(words.end));
  Atomics.add(view, word(words.ready), 1);
  for (;;) {
    const to = next(at, from);
    const now = Atomics.load(view, word(words.modulesTurn));
    if (now !== turn) {
      turn = now;
      memory.grow(0);
      const count = view[word(words.modules)];
      const size = view[word(words.tableSize)];
      if (size > table.length) table.grow(size - table.length);
      const list = new Uint32Array(memory.buffer, view[word(words.moduleList)] >>> 0, 2 * count);
      for (let i = 0; i < count; i++)
        load(new WebAssembly.Module(new Uint8Array(memory.buffer, list[2 * i], list[2 * i + 1]).slice()));
      Atomics.add(view, word(words.loaded), 1);
    }
    takePart(at, thread, from, to);
    from = to;
  }
};
`;

// No `require`, which there is not where a flag of the process makes modules of what is evaluated.
const nodeSource = `${main}start(process.getBuiltinModule("node:worker_threads").workerData);`;
const webSource = `${main}
onmessage = ({ data }) => start(data);
onmessageerror = () => { throw new Error("it could not be given the memory"); };
`;

interface NodeWorker {
  unref(): void;
  terminate(): unknown;
  on(event: "error" | "exit", listener: (what: unknown) => void): void;
}

interface NodeThreads {
  readonly Worker: new (source: string, options: { eval: true; workerData: unknown; execArgv: string[] }) => NodeWorker;
}

export const textOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));

/** Starts a worker. `onEnd` is told why when it ends or cannot start. */
export function startWorker(start: Start, onEnd: (why: string) => void): WorkerThread {
  const threads = builtin<NodeThreads>("node:worker_threads");
  return threads ? startNodeWorker(threads, start, onEnd) : startWebWorker(start, onEnd);
}

function startNodeWorker({ Worker }: NodeThreads, start: Start, onEnd: (why: string) => void): WorkerThread {
  const worker = new Worker(nodeSource, { eval: true, workerData: start, execArgv: [] });
  // It must not keep the process alive.
  worker.unref();
  worker.on("error", (error) => onEnd(textOf(error)));
  worker.on("exit", (code) => onEnd(`it exited with code ${code}`));
  return { terminate: () => void worker.terminate() };
}

function startWebWorker(start: Start, onEnd: (why: string) => void): WorkerThread {
  const url = URL.createObjectURL(new Blob([webSource], { type: "text/javascript" }));
  let worker: Worker;
  try {
    worker = new Worker(url);
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
  worker.onerror = (event) => {
    event.preventDefault();
    onEnd(event.message || "it could not be started; a Content-Security-Policy may forbid workers from blob: URLs");
  };
  worker.postMessage(start);
  return {
    terminate() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
