/** Files of web servers, read in ranges: RFC 9110, section 14. */
import { FetchError } from "./errors.ts";
import { joined } from "./joined.ts";
import { type ByteSource, type OpenOptions, sourceOfBytes } from "./source.ts";

/** What the first request asks for. Most headers are shorter, and small files are whole in it. */
const firstBytes = 64 * 1024;
/** A request for so much is worth its round trip. */
const bytesAtOnce = 32 * 1024 * 1024;
/** Memory that is taken before any byte has come, whatever the server says of the length. */
const firstMemory = 1024 * 1024;

/** Whether a file is named by an `http:` or `https:` URL. */
export function isWebUrl(file: unknown): file is string | URL {
  return file instanceof URL ? /^https?:$/.test(file.protocol) : typeof file === "string" && /^https?:\/\//i.test(file);
}

/**
 * Opens a file of a web server. Its ranges are read as they are asked for; a server that gives no ranges sends the whole file,
 * once.
 *
 * @throws FetchError, here and while ranges are read.
 */
export async function openUrl(url: URL, options: OpenOptions): Promise<ByteSource> {
  const remote = new Remote(url, options);
  const response = await remote.ask(0, firstBytes);
  if (response.status === 416 && totalOf(response) === 0) return sourceOfBytes(new Uint8Array(0), remote.name);
  const range = response.status === 206 && !isEncoded(response) ? rangeOf(response) : null;
  if (range?.begin === 0) {
    const start = await remote.bytesOf(response, range.end);
    return start.length === range.total
      ? sourceOfBytes(start, remote.name)
      : remote.source(range.total, start, response);
  }
  if (response.status !== 206 && response.status !== 416)
    return sourceOfBytes(await remote.whole(response), remote.name);
  // A range of something encoded, or one that another origin does not let a page know of; or a server that takes a range beyond
  // the end of a small file amiss.
  await response.body?.cancel();
  return sourceOfBytes(await remote.whole(await remote.ask()), remote.name);
}

/** A file at a URL, and how it is asked for. */
class Remote {
  /** Without what may be a secret. */
  readonly name: string;
  readonly #url: URL;
  readonly #headers: Headers;
  readonly #signal: AbortSignal | undefined;

  constructor(url: URL, { headers, signal }: OpenOptions) {
    this.name = `${url.origin}${url.pathname}`;
    this.#url = url;
    this.#headers = new Headers(headers);
    this.#signal = signal;
  }

  /** Requests the bytes from `begin` up to `end`, or the whole file. */
  ask(begin?: number, end = 0): Promise<Response> {
    const headers = new Headers(this.#headers);
    if (begin !== undefined) headers.set("range", `bytes=${begin}-${end - 1}`);
    // Always the URL that was given: where it was sent on to may be good for a short time only, and for other headers.
    return this.#attempt(() => fetch(this.#url, { headers, signal: this.#signal ?? null }));
  }

  /** The file in the answer to a request that may have been for a part of it. */
  async whole(response: Response): Promise<Uint8Array<ArrayBuffer>> {
    if (response.status !== 200) throw await this.refused(response);
    const length = response.headers.get("content-length");
    return this.bytesOf(response, length === null || isEncoded(response) ? null : Number(length));
  }

  /** A file whose `start` is known already; `first` is the answer that it was in. */
  source(size: number, start: Uint8Array<ArrayBuffer>, first: Response): ByteSource {
    const version = versionOf(first);
    /** One answer, which may be shorter than what was asked for: a server decides how much it sends at once. */
    const part = async (begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
      // The answers say themselves which file they are of. Asking for a certain one (If-Range) would be a question to the
      // server first, from pages of other origins.
      const response = await this.ask(begin, end);
      const { status } = response;
      const range = status === 206 && !isEncoded(response) ? rangeOf(response) : null;
      // The same file, so far as the server says; without a range, it must say so.
      const same = versionOf(response) === version && (range === null ? version !== null : range.total === size);
      if (same && range?.begin === begin && range.end <= end) return this.bytesOf(response, range.end - begin);
      if (same ? status !== 416 : ![200, 206, 416].includes(status)) throw await this.refused(response);
      await response.body?.cancel();
      throw new FetchError(`${this.name} was replaced by another file while it was read`);
    };
    return {
      name: this.name,
      size,
      atOnce: bytesAtOnce,
      async read(begin, end) {
        if (end <= start.length) return start.slice(begin, end);
        // Memory for all parts is taken when they are there.
        const parts: Uint8Array<ArrayBuffer>[] = [];
        for (let at = begin; at < end; ) {
          const next = at < start.length ? start.subarray(at) : await part(at, end);
          parts.push(next);
          at += next.length;
        }
        return parts.length === 1 ? parts[0] : joined(parts);
      },
      close: async () => undefined,
    };
  }

  async refused(response: Response): Promise<FetchError> {
    await response.body?.cancel();
    const { status, statusText } = response;
    return new FetchError(`${this.name}: the server answered ${status} ${statusText}`.trimEnd(), status);
  }

  /** What is in an answer, which must be `length` bytes where that is known. */
  bytesOf(response: Response, length: number | null): Promise<Uint8Array<ArrayBuffer>> {
    return this.#attempt(async () => {
      const reader = response.body?.getReader();
      let bytes = new Uint8Array(Math.min(length ?? firstMemory, firstMemory));
      let at = 0;
      for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
        const end = at + next.value.length;
        if (end > (length ?? end)) {
          await reader?.cancel();
          throw new FetchError(`${this.name}: the server sent more than the ${length} bytes that it spoke of`);
        }
        if (end > bytes.length) {
          const more = new Uint8Array(Math.min(length ?? Number.POSITIVE_INFINITY, Math.max(end, 2 * bytes.length)));
          more.set(bytes.subarray(0, at));
          bytes = more;
        }
        bytes.set(next.value, at);
        at = end;
      }
      if (length !== null && at < length)
        throw new FetchError(`${this.name}: the answer was cut off after ${at} of ${length} bytes`);
      return at === bytes.length ? bytes : bytes.slice(0, at);
    });
  }

  async #attempt<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof FetchError) throw error;
      this.#signal?.throwIfAborted();
      throw new FetchError(`${this.name} cannot be read: ${reasonOf(error)}`, null, { cause: error });
    }
  }
}

/** `fetch` says little itself; in Node the cause says more. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return `${error.message}: ${cause.message || (cause as { code?: string }).code || cause.name}`;
}

/** Whether the body is something else than the file's own bytes on the way. */
function isEncoded(response: Response): boolean {
  return !/^(?:identity)?$/i.test(response.headers.get("content-encoding") ?? "");
}

interface Range {
  readonly begin: number;
  /** After the last byte. */
  readonly end: number;
  readonly total: number;
}

/** The range that an answer has; null where it does not say. */
function rangeOf(response: Response): Range | null {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(response.headers.get("content-range") ?? "");
  if (match === null) return null;
  const [begin, last, total] = match.slice(1).map(Number);
  return begin <= last && last < total && Number.isSafeInteger(total) ? { begin, end: last + 1, total } : null;
}

function totalOf(response: Response): number | null {
  const match = /^bytes \*\/(\d+)$/i.exec(response.headers.get("content-range") ?? "");
  return match === null ? null : Number(match[1]);
}

/** What tells two files at the same place apart, where the server says. */
function versionOf({ headers }: Response): string | null {
  return headers.get("etag") ?? headers.get("last-modified");
}
