import { backendOfModule, builtInBackends } from "./backends.ts";
import type { PageAnswer, PageRequest } from "./command/page-server.ts";
import { describeError } from "./compare/error.ts";
import { startBackend } from "./start.ts";
import { runSuite } from "./suite.ts";

/** The suite on a page: asks the server what to run, runs it, and posts the answer. */
async function run(): Promise<PageAnswer> {
  const request: PageRequest = await (await fetch("/request")).json();
  const underTest =
    request.module === undefined
      ? builtInBackends[request.backend]
      : backendOfModule(await import(`/file${request.module}`), request.backend);
  if (underTest === undefined) throw new Error(`there is no built-in backend ${request.backend}`);
  const backend = await startBackend(request.backend, underTest, request.options);
  const implementation = `chromium ${/Chrome\/(\d+)/.exec(navigator.userAgent)?.[1] ?? "of an unknown version"}`;
  const result = await runSuite({
    source: {
      areas: async () => request.available,
      read: async (file) => new Uint8Array(await (await fetch(`/data/${file}`)).arrayBuffer()),
    },
    areas: request.areas,
    cases: request.cases,
    shipped: request.shipped,
    exceptions: underTest.exceptions,
    implementation,
  });
  return { ...result, backend, implementation };
}

const answer = await run().catch(
  (error: unknown): PageAnswer => ({ error: describeError(error).replace(/^Error: /, "") }),
);
await fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
