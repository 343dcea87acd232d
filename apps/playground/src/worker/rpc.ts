/** Calls between a page and its worker: a method by name, its arguments, and the value or the error that comes back. */

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly report: unknown };

// biome-ignore lint/suspicious/noExplicitAny: any method's arguments, which its own type then says.
type Methods<T> = { [K in keyof T]: (...args: any[]) => unknown };

/** The same methods, answering later. */
export type Remote<T extends Methods<T>> = {
  readonly [K in keyof T]: (...args: Parameters<T[K]>) => Promise<Awaited<ReturnType<T[K]>>>;
};

/** The methods as a worker has them. */
export type Local<T extends Methods<T>> = {
  readonly [K in keyof T]: (...args: Parameters<T[K]>) => ReturnType<T[K]> | Promise<ReturnType<T[K]>>;
};

/** The error of a call, as it was thrown in the worker. */
export class RemoteError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The page's end: `onReport` takes what the worker reports unasked, `onFailure` that it could not even be loaded. */
export function connect<T extends Methods<T>>(
  worker: Worker,
  onReport: (report: unknown) => void,
  onFailure: (message: string) => void,
): Remote<T> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    if ("report" in data) {
      onReport(data.report);
      return;
    }
    const caller = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) caller?.reject(new RemoteError(data.error.name, data.error.message));
    else caller?.resolve(data.value);
  });
  worker.addEventListener("error", ({ message }) => onFailure(message || "its file could not be loaded"));
  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last++;
      waiting.set(last, { resolve, reject });
      const message: Call = { id: last, method, args };
      worker.postMessage(message);
    });
  return new Proxy({} as Remote<T>, {
    get:
      (_, method) =>
      (...args: unknown[]) =>
        call(String(method), args),
  });
}

interface Scope {
  addEventListener(type: "message", listener: (event: MessageEvent<Call>) => void): void;
  postMessage(message: Answer): void;
}

/** The worker's end. Gives what reports to the page. */
export function serve<T extends Methods<T>>(
  scope: Scope,
  implement: (report: (value: unknown) => void) => Local<T>,
): void {
  const methods = implement((report) => scope.postMessage({ report })) as Readonly<
    Record<string, (...args: readonly unknown[]) => unknown>
  >;
  scope.addEventListener("message", async ({ data: { id, method, args } }) => {
    try {
      scope.postMessage({ id, value: await methods[method](...args) });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      scope.postMessage({ id, error: { name, message } });
    }
  });
}
