import { spawnSync } from "node:child_process";
import fs from "node:fs";
import promises from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeAtomically } from "./index.ts";
import { openSource } from "./source.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "cresset-save-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true });
});

const path = (name = "model.bin"): string => join(folder, name);
const text = (name?: string): string => fs.readFileSync(path(name), "utf8");
const save = (file: string, content: string): Promise<void> =>
  writeAtomically(
    file,
    (async function* () {
      yield new TextEncoder().encode(content);
    })(),
  );

function failing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`${code}: it failed`), { code }));
}

describe("the old file stays, and no other is left", () => {
  test.each(["rename", "open"] as const)("where %s fails", async (name) => {
    fs.writeFileSync(path(), "old");
    vi.spyOn(promises, name).mockImplementation(failing("EIO"));
    await expect(save(path(), "new")).rejects.toThrow("EIO");
    expect([text(), fs.readdirSync(folder)]).toEqual(["old", ["model.bin"]]);
  });

  test.each(["write", "sync", "close"] as const)("where %s fails", async (name) => {
    fs.writeFileSync(path(), "old");
    const open = promises.open.bind(promises);
    vi.spyOn(promises, "open").mockImplementation(async (...args) => {
      const handle = await open(...args);
      const close = handle.close.bind(handle);
      const fail = failing("ENOSPC");
      handle[name] = async (): Promise<never> => {
        if (name === "close") await close();
        return fail();
      };
      return handle;
    });
    await expect(save(path(), "new")).rejects.toThrow("ENOSPC");
    expect([text(), fs.readdirSync(folder)]).toEqual(["old", ["model.bin"]]);
  });

  test("where the parts fail after some", async () => {
    fs.writeFileSync(path(), "old");
    async function* parts(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(100_000);
      throw new Error("no more");
    }
    await expect(writeAtomically(path(), parts())).rejects.toThrow("no more");
    expect([text(), fs.readdirSync(folder)]).toEqual(["old", ["model.bin"]]);
  });

  // A limit of the shell, in half kilobytes or kilobytes; what goes beyond is an error if the signal is ignored.
  test.skipIf(process.platform === "win32")("where the disk takes no more", () => {
    fs.writeFileSync(path(), "old");
    const program = join(import.meta.dirname, "testing", "save-once.ts");
    const command = `trap '' XFSZ; ulimit -f 64; exec "$0" --conditions=@cresset/source "$@"`;
    const saved = (parts: number): string =>
      spawnSync("bash", ["-c", command, process.execPath, program, path(), `${parts}`], { encoding: "utf8" }).stdout;
    expect(saved(100)).toBe("EFBIG\n");
    expect([text(), fs.readdirSync(folder)]).toEqual(["old", ["model.bin"]]);
    expect(saved(1)).toBe("saved\n");
    expect([fs.statSync(path()).size, fs.readdirSync(folder)]).toEqual([16 * 1024, ["model.bin"]]);
  });

  // To root, no folder is read-only.
  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)("where the folder is read-only", async () => {
    fs.writeFileSync(path(), "old");
    fs.chmodSync(folder, 0o555);
    try {
      await expect(save(path(), "new")).rejects.toThrow("EACCES");
    } finally {
      fs.chmodSync(folder, 0o755);
    }
    expect([text(), fs.readdirSync(folder)]).toEqual(["old", ["model.bin"]]);
  });

  test("where there is no folder, or something else has the name", async () => {
    await expect(save(join(folder, "nowhere", "model.bin"), "new")).rejects.toThrow("ENOENT");
    fs.mkdirSync(path("folder"));
    await expect(save(path("folder"), "new")).rejects.toThrow("is not a file that could be written");
    expect(fs.readdirSync(folder)).toEqual(["folder"]);
  });
});

describe("on Windows", () => {
  const windows = (): void => void vi.spyOn(process, "platform", "get").mockReturnValue("win32");

  test("a file that something else has open for a moment is waited for", async () => {
    fs.writeFileSync(path(), "old");
    windows();
    const rename = vi.spyOn(promises, "rename");
    for (const code of ["EPERM", "EACCES", "EBUSY"]) rename.mockImplementationOnce(failing(code));
    await save(path(), "new");
    expect([text(), rename.mock.calls.length, fs.readdirSync(folder)]).toEqual(["new", 4, ["model.bin"]]);
  });

  test("but not for ever, nor for other errors", async () => {
    fs.writeFileSync(path(), "old");
    windows();
    const rename = vi.spyOn(promises, "rename").mockImplementation(failing("EPERM"));
    await expect(save(path(), "new")).rejects.toThrow("EPERM");
    expect(rename).toHaveBeenCalledTimes(11);
    rename.mockClear().mockImplementation(failing("EXDEV"));
    await expect(save(path(), "new")).rejects.toThrow("EXDEV");
    expect([text(), rename.mock.calls.length, fs.readdirSync(folder)]).toEqual(["old", 1, ["model.bin"]]);
  });
});

describe("more than 2 GiB", () => {
  /** Memory that nothing touches is not taken. */
  const size = 2 ** 31 + 100;
  const lengths: number[] = [];
  /** Stands in for a file: says that it read or wrote what it was asked for. */
  const openHuge = async (...args: Parameters<typeof promises.open>): Promise<fs.promises.FileHandle> => {
    const handle = await promises.open(...args);
    const done = (_: Uint8Array, at: number, length: number): { bytesRead: number; bytesWritten: number } => {
      lengths.push(length);
      expect(at).toBe(lengths.slice(0, -1).reduce((sum, n) => sum + n, 0));
      return { bytesRead: length, bytesWritten: length };
    };
    return new Proxy(handle, {
      get(target, name) {
        if (name === "read" || name === "write") return done;
        if (name === "stat") return async () => Object.assign(await target.stat(), { size });
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  };

  test.each(["read", "written"])("are %s in parts, as no system does it at once", async (what) => {
    fs.writeFileSync(path(), "");
    lengths.length = 0;
    const open = promises.open;
    const original = open.bind(promises);
    vi.spyOn(promises, "open").mockImplementationOnce((...args) => {
      vi.mocked(promises.open).mockImplementation(original);
      return openHuge(...args);
    });
    if (what === "read") {
      const source = await openSource(path());
      expect((await source.read(0, size)).length).toBe(size);
      await source.close();
    } else {
      await writeAtomically(
        path(),
        (async function* () {
          yield new Uint8Array(size);
        })(),
      );
    }
    expect(lengths).toEqual([2 ** 30, 2 ** 30, 100]);
  });
});

describe("temporary files", () => {
  test("of a process that was killed are not in the way, whatever its number was", async () => {
    const names: string[] = [];
    const open = promises.open.bind(promises);
    vi.spyOn(promises, "open").mockImplementation((...args) => {
      if (args[1] === "wx") names.push(String(args[0]));
      return open(...args);
    });
    for (let i = 0; i < 20; i++) await save(path(), `${i}`);
    expect(new Set(names).size).toBe(20);
    for (const name of names) expect(name.replace(folder, "")).toMatch(/^[/\\]\.model\.bin\.[0-9a-f]{16}\.tmp$/);
  });

  test("of threads that save the same file at once are different", async () => {
    const target = JSON.stringify(new URL("./target.ts", import.meta.url).href);
    const program = `
      const { writeAtomically } = await import(${target});
      const { workerData, parentPort } = await import("node:worker_threads");
      for (let i = 0; i < 20; i++)
        await writeAtomically(workerData.file, (async function* () {
          for (let n = 0; n < 4; n++) yield new Uint8Array(1000).fill(workerData.value);
        })());
      parentPort.postMessage("done");`;
    const run = (value: number): Promise<unknown> => {
      const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
      const worker = new Worker(url, {
        workerData: { file: path(), value },
        execArgv: ["--conditions=@cresset/source"],
      });
      return new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject));
    };
    await Promise.all([run(1), run(2), run(3)]);
    const bytes = fs.readFileSync(path());
    expect(bytes.length).toBe(4000);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    expect(fs.readdirSync(folder)).toEqual(["model.bin"]);
  });

  test("have names that are not too long", async () => {
    for (const name of ["n".repeat(255), "ü".repeat(127), "🐍".repeat(63)]) {
      await save(path(name), "new");
      expect(text(name)).toBe("new");
    }
  });
});

describe.skipIf(process.platform === "win32")("what a file is besides its content", () => {
  test("its mode stays, whatever the process takes away from new ones", async () => {
    for (const mode of [0o600, 0o666, 0o777, 0o640]) {
      fs.writeFileSync(path(), "old");
      fs.chmodSync(path(), mode);
      await save(path(), "new");
      expect(fs.statSync(path()).mode & 0o777).toBe(mode);
    }
  });

  test("links stay, and lead to the new content", async () => {
    fs.mkdirSync(path("elsewhere"));
    fs.writeFileSync(path("elsewhere/model.bin"), "old");
    fs.symlinkSync("elsewhere/model.bin", path("latest"));
    fs.symlinkSync("latest", path("linked"));
    await save(path("linked"), "new");
    expect([fs.readlinkSync(path("linked")), fs.readlinkSync(path("latest"))]).toEqual([
      "latest",
      "elsewhere/model.bin",
    ]);
    expect(text("elsewhere/model.bin")).toBe("new");
    expect(fs.readdirSync(path("elsewhere"))).toEqual(["model.bin"]);
  });
});
