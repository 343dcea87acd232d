import { cpu } from "@cresset/backend-cpu";
import { full, registerBackend, tensor } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import { FormatError, safetensors } from "../index.ts";

beforeAll(() => registerBackend(cpu()));

/** A stream that notes what happens to it. */
function recorder(into: string[]): { readonly stream: WritableStream<Uint8Array>; readonly parts: Uint8Array[] } {
  const parts: Uint8Array[] = [];
  const stream = new WritableStream<Uint8Array>({
    write: (part) => {
      parts.push(part.slice());
      into.push(`${part.length} bytes`);
    },
    close: () => {
      into.push("closed");
    },
    abort: (reason) => {
      into.push(`aborted: ${reason.message}`);
    },
  });
  return { stream, parts };
}

const deferred = (name: string, length: number, log: string[]): [string, safetensors.DeferredTensor] => {
  const make = () => {
    log.push(`${name} is made`);
    return full([length], length, { dtype: "float32" });
  };
  return [name, { dtype: "float32", shape: [length], tensor: make }];
};

describe("tensors that are made when they are written", () => {
  test("are made one by one", async () => {
    const log: string[] = [];
    const { stream, parts } = recorder(log);
    await safetensors.saveFile([deferred("a", 3, log), deferred("b", 5, log)], stream);
    const header = log.shift();
    expect(header).toMatch(/^\d+ bytes$/);
    expect(log).toEqual(["a is made", "12 bytes", "b is made", "20 bytes", "closed"]);
    const loaded = await safetensors.loadFile(new Blob(parts as BlobPart[]));
    expect(loaded.b.tolistSync()).toEqual([5, 5, 5, 5, 5]);
  });

  test("come from whatever gives pairs, and from files", async () => {
    const log: string[] = [];
    function* pairs() {
      yield deferred("a", 1, log);
      yield ["b", tensor([2])] as const;
    }
    const bytes = await safetensors.save(pairs());
    const opened = await safetensors.safeOpen(bytes);
    const copy = await safetensors.saveBlob(new Map(opened.entries()));
    expect(new Uint8Array(await copy.arrayBuffer())).toEqual(bytes);
    expect(copy.type).toBe("application/octet-stream");
  });

  test("must be what was said, or the stream is aborted", async () => {
    const log: string[] = [];
    const { stream } = recorder(log);
    const wrong = { dtype: "float32", shape: [2], tensor: () => tensor([1]) } as const;
    await expect(safetensors.saveFile({ wrong }, stream)).rejects.toThrow(
      '"wrong" was to be float32 [2], and is float32 [1]',
    );
    expect(log.at(-1)).toBe('aborted: "wrong" was to be float32 [2], and is float32 [1]');
    await expect(safetensors.save({ a: { ...wrong, tensor: () => 1 as never } })).rejects.toThrow("gives ");
  });
});

test("names that come twice, and pairs that are none, are refused", async () => {
  const one = tensor([1]);
  const twice = [...Object.entries({ a: one }), ...Object.entries({ a: one })];
  await expect(safetensors.save(twice)).rejects.toThrow('two tensors called "a"');
  await expect(safetensors.save([["a"]] as never)).rejects.toThrow('"a" cannot be saved');
  await expect(safetensors.save([[1, one]] as never)).rejects.toThrow("a name is not ");
  await expect(safetensors.save([["__metadata__", one]])).rejects.toThrow(FormatError);
  await expect(safetensors.saveFile({}, 3 as never)).rejects.toThrow("a path, a handle or a stream, not number");
});
