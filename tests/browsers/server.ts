/** Serves pages to a browser one after the other, each under its own headers, and collects what they report. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface Page {
  /** The page's script, a module of this folder. */
  readonly script: string;
  /** Of the page's address. */
  readonly search?: string;
  /** Of the page and of all scripts that it loads. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface PageServer {
  /** The first page; the others follow. */
  readonly url: string;
  /** What the pages report, in their order. */
  readonly reports: Promise<readonly unknown[]>;
  close(): void;
}

/** The scripts as pages load them, one file each. */
async function bundle(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: names.map((name) => fileURLToPath(new URL(name, import.meta.url))),
    outdir: "/",
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["@cresset/source"],
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}

/** @param workers further scripts, which pages load themselves. */
export async function servePages(pages: readonly Page[], workers: readonly string[]): Promise<PageServer> {
  const scripts = await bundle([...new Set(pages.map(({ script }) => script)), ...workers]);
  const paths = pages.map(({ search = "" }, i) => `/${i}/${search}`);
  const received: unknown[] = [];
  let finish: (reports: readonly unknown[]) => void = () => undefined;
  const reports = new Promise<readonly unknown[]>((resolve) => {
    finish = resolve;
  });
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing));

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [, at, name] = new URL(incoming.url ?? "/", "http://localhost").pathname.split("/");
    if (incoming.method === "POST") {
      received[Number(at)] = JSON.parse(await bodyOf(incoming));
      outgoing.end(paths[received.length] ?? "");
      if (received.length === pages.length) finish(received);
      return;
    }
    const page = pages[Number(at)];
    const body = page !== undefined && name === "" ? htmlOf(page) : scripts.get(name);
    if (page === undefined || body === undefined) {
      outgoing.writeHead(404).end();
      return;
    }
    const type = name === "" ? "text/html" : "text/javascript";
    outgoing.writeHead(200, { "Content-Type": `${type}; charset=utf-8`, ...page.headers }).end(body);
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${paths[0]}`,
    reports,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function htmlOf({ script }: Page): string {
  const file = `${basename(script, extname(script))}.js`;
  return `<!doctype html><title>${script}</title><script type="module" src="${file}"></script>`;
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}
