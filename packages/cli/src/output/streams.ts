/** Where a command writes. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface Streams {
  /** Reports, predictions, JSON. */
  readonly stdout: Output;
  /** Errors and warnings. */
  readonly stderr: Output;
}

/** Writes a line, and waits where the reader is slower. */
export function printLine(output: Output, line = ""): void {
  output.write(`${line}\n`);
}
