import type { Command } from "commander";
import type { Streams } from "../output/streams.ts";

/** Adds a command to the program. The exit status, where it is not 0, goes into `state`. */
export type AddCommand = (program: Command, streams: Streams, state: { status: number }) => void;
