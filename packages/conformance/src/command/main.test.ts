import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { main } from "./main.ts";

const folder = mkdtempSync(join(tmpdir(), "conformance-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ status: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await main(
    args,
    (line) => out.push(line),
    (line) => err.push(line),
  );
  return { status, out, err };
}

/** A folder with one area "tiny": cases over the tensor t0 = [1, 2] and others. */
function data(name: string, cases: readonly object[]): string {
  const path = mkdtempSync(join(folder, "data-"));
  const values = Float32Array.of(1, 2, 2, 4);
  const header = {
    t0: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    t1: { dtype: "F32", shape: [2], data_offsets: [8, 16] },
  };
  const text = JSON.stringify(header);
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(
    join(path, `${name}.safetensors`),
    Buffer.concat([head, Buffer.from(text), Buffer.from(values.buffer)]),
  );
  writeFileSync(join(path, `${name}.json`), JSON.stringify({ format: 1, area: name, cases }));
  return path;
}

const add = (id: string, output: string, more: object = {}) => ({
  id,
  op: "torch.add",
  inputs: [
    { name: "input", tensor: "t0" },
    { name: "other", tensor: "t0" },
  ],
  kwargs: {},
  outputs: [output],
  grads: {},
  error: null,
  tol: "exact",
  ...more,
});

const wrong = { outputs: ["t0"] };

describe("the command", () => {
  test("a right case passes: status 0 and the last line counts", async () => {
    const { status, out } = await run("--backend", "cpu", "--data", data("tiny", [add("tiny/add/1", "t1")]));
    expect(out.at(-1)).toBe("1 passed, 0 failed, 0 skipped, 0 excepted");
    expect(status).toBe(0);
  });

  test("a wrong case fails: what was expected and got, status 1", async () => {
    const json = join(folder, "report.json");
    const path = data("tiny", [add("tiny/add/1", "t0"), add("tiny/add/2", "t1")]);
    const { status, out } = await run("--backend", "cpu", "--data", path, "--json", json);
    expect(out.join("\n")).toContain(
      "✗ tiny/add/1\n    output: [0] expected 1, got 2; [1] expected 2, got 4 of 2 elements",
    );
    expect(out.at(-1)).toBe("1 passed, 1 failed, 0 skipped, 0 excepted");
    expect(status).toBe(1);
    expect(JSON.parse(readFileSync(json, "utf8")).counts).toEqual({ passed: 1, failed: 1, skipped: 0, excepted: 0 });
  });

  test("a missing operation is a failure, also in a case that may be skipped", async () => {
    const missing = add("tiny/x/1", "t1", { op: "torch.no_such_thing", tag: "optional" });
    const { status, out } = await run("--backend", "cpu", "--data", data("tiny", [missing]));
    expect(out.join("\n")).toContain("no such operation: torch.no_such_thing");
    expect(out.at(-1)).toBe("0 passed, 1 failed, 0 skipped, 0 excepted");
    expect(status).toBe(1);
  });

  test("a marked case that misses is skipped, one that passes is passed", async () => {
    const cases = [
      add("tiny/add/1", "t0", { version_sensitive: "newer ones differ" }),
      add("tiny/add/2", "t1", { tag: "mkl_differs" }),
    ];
    const { status, out } = await run("--backend", "cpu", "--data", data("tiny", cases));
    expect(out.at(-1)).toBe("1 passed, 0 failed, 1 skipped, 0 excepted");
    expect(status).toBe(0);
  });

  test("an unknown kind of case is a failure", async () => {
    const { status, out } = await run(
      "--backend",
      "cpu",
      "--data",
      data("tiny", [add("tiny/x/1", "t1", { kind: "dance" })]),
    );
    expect(out.join("\n")).toContain('cases of the kind "dance" are not known');
    expect(status).toBe(1);
  });

  test("a module's own exceptions: excepted while they fail, an error once they pass", async () => {
    const backend = join(folder, "third-party.mjs");
    const exceptions = JSON.stringify([{ cases: "tiny/add/1", reason: "not there yet" }]);
    const cpu = import.meta.resolve("@cresset/backend-cpu");
    writeFileSync(
      backend,
      `import { cpu } from ${JSON.stringify(cpu)};
       export const exceptions = ${exceptions};
       export default (options) => { if (options.broken) throw new Error("no such device"); return Object.assign(cpu(), { name: "third" }); };`,
    );
    const failing = await run("--backend", backend, "--data", data("tiny", [add("tiny/add/1", "t0", wrong)]));
    expect(failing.out.at(-1)).toBe("0 passed, 0 failed, 0 skipped, 1 excepted");
    expect(failing.status).toBe(0);
    const passing = await run("--backend", backend, "--data", data("tiny", [add("tiny/add/1", "t1")]));
    expect(passing.out.join("\n")).toContain("the exception for tiny/add/1 must be removed");
    expect(passing.status).toBe(1);
    const broken = await run("--backend", backend, "--option", "broken=true");
    expect(broken.status).not.toBe(0);
    expect(broken.err).toEqual([`conformance: the backend "${backend}" could not be started: Error: no such device`]);
  });

  test.each([
    [["--backend", "cpu", "--nope"], "unknown argument --nope"],
    [["--backend", "gpu9"], '"gpu9" is neither a built-in backend'],
    [["--backend", "cpu", "--data", "/no/such/folder"], "there is no folder /no/such/folder"],
    [["--backend", "cpu", "--data", "."], "holds no <area>.json"],
    [["--backend", "cpu", "--area", "cooking"], 'no area "cooking"'],
    [["--backend", "cpu", "--case", "zebra/*"], "no case matches zebra/*"],
    [["--backend", "cpu", "--runtime", "deno", "--area"], "--area needs a value"],
  ])("%j is refused in one line", async (args, message) => {
    const { status, err } = await run(...args);
    expect(err).toHaveLength(1);
    expect(err[0]).toContain(message);
    expect(status).not.toBe(0);
  });
});
