// Runs a bundle in a page of headless Chromium until it has printed what FILE holds: run-in-chromium.mjs SCRIPT TYPE FILE,
// where TYPE is module or classic. Run by the workspace's Node, which reads TypeScript.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join, normalize } from "node:path";
import { openBrowser } from "../../packages/conformance/src/command/browser.ts";

const [script, type, file] = process.argv.slice(2);
const expected = readFileSync(file, "utf8");

/** Sends every line that is printed, with its number, for they may arrive in another order, and every error. */
const prelude = `
const send = (kind, text) => navigator.sendBeacon("/" + kind, text);
let lines = 0;
console.log = (...values) => send("line/" + lines++, values.map(String).join(" ") + "\\n");
addEventListener("error", ({ message }) => send("error", message));
addEventListener("unhandledrejection", ({ reason }) => send("error", String(reason)));
`;
const tag = type === "module" ? '<script type="module" src="bundle.js">' : '<script src="bundle.js">';
const files = {
  "/": ["text/html", `<!doctype html><title>bundle</title><script src="prelude.js"></script>${tag}</script>`],
  "/prelude.js": ["text/javascript", prelude],
  "/bundle.js": ["text/javascript", readFileSync(script)],
};

/** A chunk that the bundler put beside the bundle: what a program imports when it needs it. */
function chunkAt(url) {
  const file = join(dirname(script), normalize(`/${url}`));
  return url.endsWith(".js") && existsSync(file) ? ["text/javascript", readFileSync(file)] : undefined;
}

let printed = "";
/** Lines that wait for those before them. */
const waiting = new Map();
let next = 0;
let browser;
const server = createServer((request, response) => {
  if (request.method === "POST") {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      response.end();
      if (request.url === "/error") return finish(`✗ ${text}`);
      waiting.set(Number(request.url.slice("/line/".length)), text);
      for (; waiting.has(next); next++) printed += waiting.get(next);
      if (!expected.startsWith(printed)) finish(`✗ printed\n${printed}\ninstead of\n${expected}`);
      if (printed === expected) finish();
    });
    return;
  }
  const found = files[request.url] ?? chunkAt(request.url);
  // Isolated, so that threads can share memory.
  response.writeHead(found ? 200 : 404, {
    "Content-Type": `${found?.[0] ?? "text/plain"}; charset=utf-8`,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
  response.end(found?.[1]);
});

async function finish(complaint) {
  if (complaint !== undefined) {
    console.error(complaint);
    process.exitCode = 1;
  }
  clearTimeout(patience);
  server.close();
  server.closeAllConnections();
  await browser?.close();
}

const patience = setTimeout(() => finish(`✗ after a minute it has printed\n${printed}`), 60_000);
server.listen(0, "127.0.0.1", async () => {
  browser = await openBrowser(`http://localhost:${server.address().port}/`);
  browser.ended.catch(({ message }) => {
    if (printed !== expected && process.exitCode !== 1) finish(`✗ ${message}`);
  });
});
