import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A web server that tests tell what to answer, and that counts. */
export interface WebServer {
  readonly origin: string;
  /** Each request's path and range, in order. */
  readonly requests: string[];
  readonly headers: IncomingMessage["headers"][];
  /** Bytes of files that were sent. */
  sent(): number;
  close(): Promise<void>;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is sent before the connection is cut; default: everything. */
  readonly cutAfter?: number;
  /** Says nothing more, and does not end. */
  readonly hangs?: boolean;
  readonly body?: Uint8Array;
}

/** The answer of a server that knows ranges. */
export function ranged(bytes: Uint8Array, request: IncomingMessage, etag?: string): Answer {
  const headers: Record<string, string> = etag === undefined ? {} : { etag };
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  if (match === null) return { headers, body: bytes };
  const [begin, last] = [Number(match[1]), Math.min(Number(match[2]), bytes.length - 1)];
  if (begin > last) return { status: 416, headers: { ...headers, "content-range": `bytes */${bytes.length}` } };
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${begin}-${last}/${bytes.length}` },
    body: bytes.subarray(begin, last + 1),
  };
}

export async function startServer(answer: (request: IncomingMessage) => Answer): Promise<WebServer> {
  const requests: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  let sent = 0;
  const server = createServer((request, response: ServerResponse) => {
    requests.push(`${request.url} ${request.headers.range ?? "whole"}`);
    headers.push(request.headers);
    const { status = 200, headers: given = {}, body = new Uint8Array(0), cutAfter, hangs } = answer(request);
    response.writeHead(status, { "content-length": String(body.length), ...given });
    const part = body.subarray(0, cutAfter ?? body.length);
    sent += part.length;
    if (hangs) response.write(part);
    else if (cutAfter === undefined) response.end(part);
    else response.write(part, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    headers,
    sent: () => sent,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
