/** What a pickle may take of memory and work, by the size of its file. */
import { FormatError } from "../errors.ts";
import { PickleDict, PickleSet, PickleTuple } from "./values.ts";

/**
 * What calls may take, for each byte of the pickle: a value that is noted once can be given to many calls, each of which
 * would copy it.
 */
const workPerByte = 3;
const leastWork = 1 << 12;

/**
 * The most containers that a pickle may make. Each takes fifty bytes in memory and could take one in the file; in those that
 * Python writes it takes two at least, as it is noted.
 */
const mostContainers = 1 << 22;
const bytesOfContainer = 2;
const leastContainers = 1 << 12;

/** What is left of it while a pickle is read. */
export class Budget {
  #containersLeft: number;
  #work: number;

  /**
   * @param size bytes of the pickle.
   * @param fileSize bytes of the file that it is in.
   */
  constructor(size: number, fileSize: number) {
    this.#work = workPerByte * size + leastWork;
    this.#containersLeft = Math.min(mostContainers, fileSize / bytesOfContainer + leastContainers);
  }

  /** Counts a container, and gives it back. @throws FormatError for one too many. */
  made<T>(container: T): T {
    if (--this.#containersLeft < 0)
      throw new FormatError("the pickle holds more lists, tuples and dictionaries than a file of its size has");
    return container;
  }

  /** Counts what a call may do with its arguments. @throws FormatError where that is too much. */
  charge(args: readonly unknown[]): void {
    for (const arg of args) this.spend(sizeOf(arg));
  }

  /** Counts work. @throws FormatError where that is too much. */
  spend(work: number): void {
    this.#work -= work;
    if (this.#work < 0) throw new FormatError("the pickle gives the same large values to very many calls");
  }
}

/** How much a call may do with an argument. */
function sizeOf(arg: unknown): number {
  if (typeof arg === "string" || Array.isArray(arg) || arg instanceof Uint8Array) return arg.length;
  if (arg instanceof PickleTuple) return arg.items.length;
  if (arg instanceof PickleDict) return arg.entries.size;
  return arg instanceof PickleSet ? arg.items.size : 1;
}
