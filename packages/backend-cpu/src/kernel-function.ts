import type { Argument, Call, HostArray } from "@cresset/core/backend";

/** A kernel made ready: runs one call on the program's buffers and arguments, and sets `failed[check]` to 1. */
export type KernelFunction = (
  memory: readonly HostArray[],
  call: Call,
  args: readonly Argument[],
  failed: Uint8Array,
) => void;
