import { runCase } from "./classifier-case.ts";
import { failure } from "./report.ts";

addEventListener("message", async ({ data }: MessageEvent<number>) => postMessage(await runCase(data).catch(failure)));
