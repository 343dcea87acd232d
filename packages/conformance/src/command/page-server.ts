import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import * as nodeModule from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { BackendOptions } from "../backends.ts";
import type { SuiteResult } from "../suite.ts";

/** What the page is to run. */
export interface PageRequest {
  readonly backend: string;
  /** The file of a third party's backend. */
  readonly module?: string;
  readonly options: BackendOptions;
  /** Areas that the data has. */
  readonly available: readonly string[];
  readonly areas?: readonly string[];
  readonly cases?: readonly string[];
  /** Whether the data is what the package ships. */
  readonly shipped: boolean;
}

/** What the page answers. */
export type PageAnswer =
  | (SuiteResult & { readonly backend: string; readonly implementation: string })
  | { readonly error: string };

export interface PageServer {
  readonly url: string;
  readonly answer: Promise<PageAnswer>;
  close(): void;
}

const packages = [
  "cresset",
  "@cresset/core",
  "@cresset/nn",
  "@cresset/optim",
  "@cresset/data",
  "@cresset/distributions",
  "@cresset/io",
  "@cresset/backend-cpu",
  "@cresset/backend-wasm",
  "@cresset/backend-webgpu",
];

/** Libraries of others that those import, with the package that does, and their file for pages. */
const libraries = [{ name: "fflate", of: "@cresset/io", file: "esm/browser.js" }];

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".ts": "text/javascript",
  ".json": "application/json",
};

/** Serves a page that runs the suite: the packages' own files as modules (types are stripped on the way), and the data. */
export async function servePage(request: PageRequest, folder: string): Promise<PageServer> {
  let done: (answer: PageAnswer) => void = () => undefined;
  const answer = new Promise<PageAnswer>((resolve) => {
    done = resolve;
  });
  const page = pageText(await importMap());
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch((error: unknown) => {
      outgoing.writeHead(404).end(String(error));
    });
  });
  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(incoming.url ?? "/", "http://localhost").pathname);
    if (incoming.method === "POST") {
      done(JSON.parse(await bodyOf(incoming)));
      outgoing.end();
    } else if (path === "/") send(outgoing, "text/html", page);
    else if (path === "/request") send(outgoing, "application/json", JSON.stringify(request));
    else if (path.startsWith("/data/"))
      send(outgoing, "application/octet-stream", await readFile(join(folder, normalize(path.slice(5)))));
    else if (path.startsWith("/file/"))
      send(outgoing, types[extname(path)] ?? "application/octet-stream", await moduleText(path.slice(5)));
    else outgoing.writeHead(404).end();
  }
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    answer,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** These headers make the page cross-origin isolated: backends may share memory between threads. */
function send(outgoing: ServerResponse, type: string, body: string | Uint8Array): void {
  outgoing.writeHead(200, {
    "Content-Type": `${type}; charset=utf-8`,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
  outgoing.end(body);
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}

async function moduleText(file: string): Promise<string> {
  const text = await readFile(file, "utf8");
  if (extname(file) !== ".ts") return text;
  const { stripTypeScriptTypes } = nodeModule;
  if (typeof stripTypeScriptTypes !== "function")
    throw new Error("this Node cannot strip types: use Node 24 or later, or the built package");
  return stripTypeScriptTypes(text);
}

/** Where a page finds the packages: their own files, through `/file`. */
async function importMap(): Promise<string> {
  const imports: Record<string, string> = {};
  for (const name of packages) {
    const manifest = JSON.parse(await readFile(fileURLToPath(import.meta.resolve(`${name}/package.json`)), "utf8"));
    for (const key of Object.keys(manifest.exports as object)) {
      if (key === "./package.json") continue;
      const specifier = name + key.slice(1);
      imports[specifier] = `/file${fileURLToPath(import.meta.resolve(specifier))}`;
    }
  }
  for (const { name, of, file } of libraries) {
    const resolve = nodeModule.createRequire(import.meta.resolve(`${of}/package.json`));
    imports[name] = `/file${join(dirname(resolve.resolve(`${name}/package.json`)), file)}`;
  }
  return JSON.stringify({ imports });
}

/** What cannot be loaded is told: nobody would wait for the answer of a page that never starts. */
const watch =
  'addEventListener("error", (event) => fetch("/", { method: "POST", body: JSON.stringify({ error: "the page could not load its modules: " + (event.message ?? event.target.src) }) }), true)';

function pageText(map: string): string {
  const source = import.meta.url.endsWith(".ts");
  const entry = fileURLToPath(new URL(source ? "../page.ts" : "./page.js", import.meta.url));
  return `<!doctype html><title>conformance</title><script>${watch}</script><script type="importmap">${map}</script><script type="module" src="/file${entry}"></script>`;
}
