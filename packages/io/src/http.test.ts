import { gzipSync } from "node:zlib";
import { cpu } from "@cresset/backend-cpu";
import { arange, registerBackend, type Tensor, zeros } from "@cresset/core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { FetchError, FormatError, safetensors } from "./index.ts";
import { type Answer, ranged, startServer, type WebServer } from "./testing/web-server.ts";

let server: WebServer;
let file: Uint8Array<ArrayBuffer>;
const tensors: Record<string, Tensor> = {};
const firstBytes = 64 * 1024;
/** Where the numbers of `a`, `b`, `c` and `d` begin: 40,000 bytes each but for the last. */
let dataStart: number;

beforeAll(async () => {
  await registerBackend(cpu());
  for (const [i, name] of ["a", "b", "c"].entries()) tensors[name] = arange(i, 10_000 + i, { dtype: "float32" });
  tensors.d = zeros([100_000]);
  file = await safetensors.save(tensors);
  dataStart = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
});

afterEach(() => server?.close());

const serve = async (answer: Parameters<typeof startServer>[0]): Promise<string> => {
  server = await startServer(answer);
  return `${server.origin}/model.safetensors`;
};
const range = (begin: number, end: number): string => `/model.safetensors bytes=${begin}-${end - 1}`;
const first = range(0, firstBytes);

/** What reading rejects with, which must be a FetchError that names the URL. */
async function problem(reading: Promise<unknown>, url: string): Promise<string> {
  const error = await reading.then(
    () => new Error("it was read"),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(FetchError);
  const { message } = error as FetchError;
  expect(message).toContain(url);
  return message.replace(url, "URL");
}

describe("a server that gives ranges", () => {
  test("is asked for the header, then only for the tensors that are wanted", async () => {
    const url = await serve((request) => ranged(file, request, '"1"'));
    const opened = await safetensors.safeOpen(url);
    expect(opened.keys()).toEqual(["a", "b", "c", "d"]);
    expect(server.requests).toEqual([first]);
    // It came with the header.
    expect((await opened.getTensor("a")).tolistSync()).toEqual(tensors.a.tolistSync());
    expect(server.requests).toEqual([first]);
    // It came in part.
    expect((await opened.getTensor("b")).tolistSync()).toEqual(tensors.b.tolistSync());
    expect(server.requests.slice(1)).toEqual([range(firstBytes, dataStart + 80_000)]);
    expect((await opened.getTensor("c")).tolistSync()).toEqual(tensors.c.tolistSync());
    expect(server.requests.slice(2)).toEqual([range(dataStart + 80_000, dataStart + 120_000)]);
    expect(server.sent()).toBe(dataStart + 120_000);
    await opened.close();
  });

  test("is asked once for what lies together", async () => {
    const url = await serve((request) => ranged(file, request));
    const loaded = await safetensors.loadFile(new URL(url));
    for (const [name, tensor] of Object.entries(tensors)) expect(await loaded[name].equal(tensor)).toBe(true);
    expect(server.requests).toEqual([first, range(firstBytes, file.length)]);
    expect(server.sent()).toBe(file.length);
    const opened = await safetensors.safeOpen(url);
    const some = await opened.getTensors(["d", "b"]);
    expect(Object.keys(some)).toEqual(["b", "d"]);
    expect(server.requests.slice(3)).toEqual([
      range(firstBytes, dataStart + 80_000),
      range(dataStart + 120_000, file.length),
    ]);
  });

  test("sends a small file with the first answer", async () => {
    const small = await safetensors.save({ a: zeros([3]) });
    const url = await serve((request) => ranged(small, request));
    expect((await safetensors.loadFile(url)).a.tolistSync()).toEqual([0, 0, 0]);
    expect(server.requests).toEqual([first]);
    server.close();
    const empty = await serve((request) => ranged(new Uint8Array(0), request));
    await expect(safetensors.loadFile(empty)).rejects.toThrow("a file of 0 bytes is too short");
  });

  test("may send less than asked for at once", async () => {
    const url = await serve((request) => {
      const [begin, last] = (request.headers.range ?? "").slice("bytes=".length).split("-").map(Number);
      const range = `bytes=${begin}-${Math.min(last, begin + 29_999)}`;
      return ranged(file, { ...request, headers: { ...request.headers, range } } as typeof request, '"1"');
    });
    const opened = await safetensors.safeOpen(url);
    expect(await (await opened.getTensor("c")).equal(tensors.c)).toBe(true);
    const [begin, end] = [dataStart + 80_000, dataStart + 120_000];
    expect(server.requests).toEqual([first, range(begin, end), range(begin + 30_000, end)]);
    expect(server.sent()).toBe(70_000);
    // What came with the header, and what did not.
    expect(await (await opened.getTensor("a")).equal(tensors.a)).toBe(true);
  });

  test("is asked nothing for a tensor without elements", async () => {
    const empty = await safetensors.save({ ...tensors, z: zeros([0, 3]) });
    const url = await serve((request) => ranged(empty, request));
    const opened = await safetensors.safeOpen(url);
    expect((await opened.getTensor("z")).shape).toEqual([0, 3]);
    expect(server.requests).toEqual([first]);
  });

  test("names its unit in capitals as well", async () => {
    const url = await serve((request) => {
      const answer = ranged(file, request);
      const named = String(answer.headers?.["content-range"]).replace("bytes", "Bytes");
      return { ...answer, headers: { ...answer.headers, "content-range": named } };
    });
    expect(await (await safetensors.loadFile(url)).c.equal(tensors.c)).toBe(true);
  });

  test("gets the headers that were given, with every request", async () => {
    const url = await serve((request) => ranged(file, request));
    await safetensors.loadFile(url, { headers: { authorization: "Bearer me" } });
    expect(server.headers.map(({ authorization }) => authorization)).toEqual(["Bearer me", "Bearer me"]);
  });

  test("may send on to another place", async () => {
    const url = await serve((request) =>
      request.url === "/model.safetensors"
        ? { status: 302, headers: { location: "/elsewhere?signed=1" } }
        : ranged(file, request),
    );
    const opened = await safetensors.safeOpen(url);
    expect(await (await opened.getTensor("c")).equal(tensors.c)).toBe(true);
    expect(server.requests.map((request) => request.split(" ")[0])).toEqual([
      "/model.safetensors",
      "/elsewhere?signed=1",
      "/model.safetensors",
      "/elsewhere?signed=1",
    ]);
  });
});

describe("a server that gives no ranges", () => {
  test("sends the file once", async () => {
    const url = await serve(() => ({ body: file }));
    const opened = await safetensors.safeOpen(url);
    for (const name of ["d", "a"]) expect(await (await opened.getTensor(name)).equal(tensors[name])).toBe(true);
    expect(server.requests).toEqual([first]);
    expect(server.sent()).toBe(file.length);
  });

  test("may send it compressed", async () => {
    const body = gzipSync(file);
    const url = await serve(() => ({ headers: { "content-encoding": "gzip" }, body }));
    expect(await (await safetensors.loadFile(url)).b.equal(tensors.b)).toBe(true);
  });

  test("is not trusted with ranges of something compressed, or of which it does not say where they are", async () => {
    for (const headers of [{ "content-encoding": "gzip" }, { "content-range": "bytes */*" }] as Record<
      string,
      string
    >[]) {
      const url = await serve((request) =>
        request.headers.range === undefined
          ? { body: file }
          : { status: 206, headers: { "content-range": `bytes 0-9/${file.length}`, ...headers }, body: gzipSync("x") },
      );
      expect(await (await safetensors.loadFile(url)).b.equal(tensors.b)).toBe(true);
      expect(server.requests).toEqual([first, "/model.safetensors whole"]);
      await server.close();
    }
  });
});

test("a server that takes ranges beyond the end amiss is asked for the file", async () => {
  const small = await safetensors.save({ a: zeros([3]) });
  const url = await serve((request) => (request.headers.range === undefined ? { body: small } : { status: 416 }));
  expect((await safetensors.loadFile(url)).a.tolistSync()).toEqual([0, 0, 0]);
  expect(server.requests).toEqual([first, "/model.safetensors whole"]);
  await server.close();
  const never = await serve(() => ({ status: 416 }));
  expect(await problem(safetensors.loadFile(never), never)).toBe("URL: the server answered 416 Range Not Satisfiable");
});

describe("refused, with the URL in the message", () => {
  test.each([404, 403, 500])("an answer of %d", async (status) => {
    const url = await serve(() => ({ status }));
    expect(await problem(safetensors.safeOpen(`${url}?token=secret`), url)).toMatch(
      `URL: the server answered ${status}`,
    );
    const error = await safetensors.loadFile(url).catch((error: FetchError) => error.status);
    expect(error).toBe(status);
  });

  test("a server that is not there", async () => {
    const url = await serve(() => ({}));
    await server.close();
    expect(await problem(safetensors.safeOpen(url), url)).toMatch(/URL cannot be read: .*ECONNREFUSED/);
  });

  test("redirects in a circle", async () => {
    const url = await serve(() => ({ status: 302, headers: { location: "/model.safetensors" } }));
    expect(await problem(safetensors.safeOpen(url), url)).toContain("redirect count exceeded");
  });

  test("a body that is cut off", async () => {
    const whole = await serve(() => ({ body: file, cutAfter: 1000 }));
    expect(await problem(safetensors.loadFile(whole), whole)).toContain("URL cannot be read: terminated");
    await server.close();
    // Without a length of its own, only the range says what should have come.
    const short = await serve((request) => {
      const { body = file, ...rest } = ranged(file, request);
      return { ...rest, body: server.requests.length === 1 ? body : body.subarray(1) };
    });
    const opened = await safetensors.safeOpen(short);
    expect(await problem(opened.getTensor("c"), short)).toBe("URL: the answer was cut off after 39999 of 40000 bytes");
  });

  test("a body that is longer than said", async () => {
    const url = await serve((request) => {
      const { body, ...rest } = ranged(file, request);
      return { ...rest, body: server.requests.length === 1 ? (body ?? file) : file };
    });
    const opened = await safetensors.safeOpen(url);
    expect(await problem(opened.getTensor("c"), url)).toBe(
      "URL: the server sent more than the 40000 bytes that it spoke of",
    );
  });

  test.each<[string, (before: Answer, request: number) => Answer]>([
    ["another ETag", (before, n) => ({ ...before, headers: { ...before.headers, etag: `"${n}"` } })],
    ["another date", (before, n) => ({ ...before, headers: { ...before.headers, "last-modified": `${n}` } })],
    [
      "another size",
      (before, n) =>
        n === 1 ? before : { ...before, headers: { "content-range": `${before.headers?.["content-range"]}0` } },
    ],
    [
      "another range",
      (before, n) => (n === 1 ? before : { ...before, headers: { "content-range": "bytes 0-39999/9" } }),
    ],
    ["the whole file instead of a range", (before, n) => (n === 1 ? before : { body: file })],
    ["nothing where it was", (before, n) => (n === 1 ? before : { status: 416 })],
  ])("a file that is replaced in between: %s", async (_, change) => {
    const url = await serve((request) => change(ranged(file, request), server.requests.length));
    const opened = await safetensors.safeOpen(url);
    expect(await problem(opened.getTensor("c"), url)).toBe("URL was replaced by another file while it was read");
  });

  test.each<[string, string, (before: Answer) => Answer]>([
    [
      "another range",
      "206 Partial Content",
      (before) => ({ ...before, headers: { ...before.headers, "content-range": `bytes 0-39999/${file.length}` } }),
    ],
    ["the whole file", "200 OK", ({ headers }) => ({ headers: { etag: headers?.etag ?? "" }, body: file })],
  ])("an answer of the same file with %s", async (_, status, change) => {
    const url = await serve((request) => {
      const answer = ranged(file, request, '"1"');
      return server.requests.length === 1 ? answer : change(answer);
    });
    const opened = await safetensors.safeOpen(url);
    expect(await problem(opened.getTensor("c"), url)).toBe(`URL: the server answered ${status}`);
  });

  test("a file that is removed in between", async () => {
    const url = await serve((request) => (server.requests.length === 1 ? ranged(file, request) : { status: 404 }));
    const opened = await safetensors.safeOpen(url);
    expect(await problem(opened.getTensor("c"), url)).toBe("URL: the server answered 404 Not Found");
  });

  test("what is no safetensors file", async () => {
    const url = await serve(() => ({ body: new TextEncoder().encode("<!doctype html>") }));
    await expect(safetensors.loadFile(url)).rejects.toThrow(FormatError);
    await expect(safetensors.loadFile(url)).rejects.toThrow(`${url}: not a safetensors file`);
  });

  test("other schemes, and writing", async () => {
    await expect(safetensors.loadFile(new URL("ftp://localhost/x"))).rejects.toThrow("ftp: URLs lead to no file");
    await expect(safetensors.saveFile({}, "https://localhost/x")).rejects.toThrow("cannot be written to");
  });
});

test("a header that claims to be large takes no memory for what does not come", async () => {
  const claim = new Uint8Array(16);
  new DataView(claim.buffer).setBigUint64(0, 90_000_000n, true);
  const url = await serve((request) =>
    request.headers.range === first.split(" ")[1]
      ? { status: 206, headers: { "content-range": "bytes 0-15/100000000" }, body: claim }
      : { status: 206, headers: { "content-range": "bytes 16-90000007/100000000" }, body: claim },
  );
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 1);
  expect(await problem(safetensors.safeOpen(url), url)).toBe("URL: the answer was cut off after 16 of 89999992 bytes");
  clearInterval(watch);
  most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  expect(most).toBeLessThan(8_000_000);
});

describe("a signal", () => {
  test("ends a request", async () => {
    const url = await serve((request) => ({
      ...ranged(file, request),
      ...(server.requests.length > 1 ? { cutAfter: 1000, hangs: true } : {}),
    }));
    const controller = new AbortController();
    const opened = await safetensors.safeOpen(url, { signal: controller.signal });
    const reading = opened.getTensor("d");
    const reason = new Error("not needed any more");
    setTimeout(() => controller.abort(reason), 20);
    await expect(reading).rejects.toBe(reason);
    await expect(opened.getTensor("a")).rejects.toBe(reason);
  });

  test("is heeded before anything is read, whatever the file is", async () => {
    const url = await serve((request) => ranged(file, request));
    for (const what of [url, file, new Blob([file])])
      await expect(safetensors.loadFile(what, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
    expect(server.requests).toEqual([]);
  });
});
