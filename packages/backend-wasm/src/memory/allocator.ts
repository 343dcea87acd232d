import { BackendError } from "@cresset/core/backend";

export const pageBytes = 65_536;
const alignment = 64;
/** Blocks this large are rounded up to pages. */
const large = 256 * 1024 * 1024;
/** Kernels may read, not write, so far outside a buffer: vectors at the ends of rows. Below the first one is as much. */
const overrun = 64;
/** Blocks left over in other sizes are joined once they are this much, and half of all that is free. */
const worthJoining = 32 * 1024 * 1024;

interface Views {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
}

function viewsOf(memory: WebAssembly.Memory): Views {
  const buffer = memory.buffer as ArrayBuffer;
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer), view: new DataView(buffer) };
}

interface Block {
  address: number;
  bytes: number;
}

/**
 * Gives out parts of one linear memory, which grows as needed. Freed blocks are kept by size, and joined with their
 * neighbours when no block of the right size is left.
 */
export class Allocator {
  readonly memory: WebAssembly.Memory;
  /** Bytes given out. */
  used = 0;
  readonly #maximum: number;
  #top: number;
  #bySize = new Map<number, number[]>();
  /** Joined free blocks, by address. */
  #joined: Block[] = [];
  #freeBytes = 0;
  #views: Views;

  /** @param maximum bytes that the memory may grow to, at most 4 GiB. */
  constructor(memory: WebAssembly.Memory, maximum: number) {
    this.memory = memory;
    this.#maximum = maximum;
    // Address 0 stays unused, so that it can mean "nowhere".
    this.#top = alignment;
    this.#views = viewsOf(memory);
  }

  /** Whether other threads see the memory. */
  get shared(): boolean {
    return typeof SharedArrayBuffer !== "undefined" && this.memory.buffer instanceof SharedArrayBuffer;
  }

  /** All of the memory, valid until the next allocation. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#views.bytes;
  }

  get words(): Uint32Array<ArrayBuffer> {
    return this.#views.words;
  }

  get view(): DataView<ArrayBuffer> {
    return this.#views.view;
  }

  /** Bytes that a block of `bytes` takes: at most an eighth more. */
  static rounded(bytes: number): number {
    const least = Math.max(bytes, alignment);
    const step = least > large ? pageBytes : Math.max(alignment, 1 << (28 - Math.clz32(least - 1)));
    return Math.ceil(least / step) * step;
  }

  /** @throws BackendError where the memory cannot grow any more; what was allocated stays usable. */
  allocate(bytes: number): number {
    const size = Allocator.rounded(bytes);
    const address = this.#bySize.get(size)?.pop() ?? this.#fromJoined(size);
    if (address !== undefined) {
      this.#freeBytes -= size;
      this.used += size;
      return address;
    }
    if (this.#freeBytes >= Math.max(size, worthJoining) && this.#freeBytes > this.#top / 2) {
      const found = this.#joinAndTake(size);
      if (found !== undefined) return found;
    }
    if (!this.#reserve(size)) {
      const found = this.#joinAndTake(size);
      if (found !== undefined) return found;
      throw new BackendError(
        `wasm: out of memory: ${bytes} bytes do not fit beside the ${this.used} in use (at most ${this.#maximum}). Use smaller batches, or dispose() of large tensors.`,
      );
    }
    const fresh = this.#top;
    this.#top += size;
    this.used += size;
    return fresh;
  }

  release(address: number, bytes: number): void {
    const size = Allocator.rounded(bytes);
    const list = this.#bySize.get(size);
    if (list) list.push(address);
    else this.#bySize.set(size, [address]);
    this.#freeBytes += size;
    this.used -= size;
  }

  #joinAndTake(size: number): number | undefined {
    this.#join();
    const found = this.#fromJoined(size);
    if (found !== undefined) {
      this.#freeBytes -= size;
      this.used += size;
    }
    return found;
  }

  #fromJoined(size: number): number | undefined {
    const at = this.#joined.findIndex((block) => block.bytes >= size);
    if (at < 0) return undefined;
    const block = this.#joined[at];
    const { address } = block;
    block.address += size;
    block.bytes -= size;
    if (block.bytes === 0) this.#joined.splice(at, 1);
    return address;
  }

  #join(): void {
    const blocks = [...this.#joined];
    for (const [bytes, addresses] of this.#bySize) for (const address of addresses) blocks.push({ address, bytes });
    blocks.sort((a, b) => a.address - b.address);
    this.#bySize = new Map();
    this.#joined = [];
    for (const block of blocks) {
      const last = this.#joined[this.#joined.length - 1];
      if (last !== undefined && last.address + last.bytes === block.address) last.bytes += block.bytes;
      else this.#joined.push({ ...block });
    }
    const last = this.#joined[this.#joined.length - 1];
    if (last !== undefined && last.address + last.bytes === this.#top) {
      this.#top = last.address;
      this.#freeBytes -= last.bytes;
      this.#joined.pop();
    }
  }

  /** Makes room for `size` bytes above what was ever given out. */
  #reserve(size: number): boolean {
    const have = this.bytes.length;
    const need = this.#top + size + overrun;
    if (need <= have) return true;
    if (need > this.#maximum) return false;
    // Growing by a quarter keeps the number of growths small; then by just enough.
    const wanted = Math.min(this.#maximum, Math.max(need, have + Math.min(have / 4, 256 * 1024 * 1024)));
    for (const target of [wanted, need]) {
      try {
        this.memory.grow(Math.ceil((target - have) / pageBytes));
        // Growing detaches views, or leaves those of shared memory short.
        this.#views = viewsOf(this.memory);
        return true;
      } catch {
        // The engine, or the machine, has no more.
      }
    }
    return false;
  }
}
