import type { EpochReport } from "@cresset/tabular";
import { SingleBar } from "cli-progress";
import { decimal, duration, rate } from "./format.ts";
import { type Output, printLine } from "./streams.ts";

/** Shows a training while it runs. */
export interface Progress {
  show(report: EpochReport): void;
  end(): void;
}

/** A bar on a terminal; elsewhere some fifty plain lines. */
export function createProgress(output: Output, from: number, epochs: number): Progress {
  return output.isTTY === true ? bar(output, from, epochs) : lines(output, from, epochs);
}

/** For machines, which wait for the end. */
export const noProgress: Progress = { show: () => undefined, end: () => undefined };

function bar(output: Output, from: number, epochs: number): Progress {
  const shown = new SingleBar({
    format: "{bar} {value}/{total} epochs · loss {loss} · {rate} rows/s · {left} left",
    stream: output,
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    etaBuffer: 1,
  });
  let first = 0;
  let seconds = 0;
  shown.start(epochs, from, { loss: "–", rate: "–", left: "–" });
  return {
    show({ epoch, loss, rowsPerSecond, seconds: last }) {
      // The first epoch also compiles, so it tells little about those to come.
      const done = epoch - from;
      if (done === 1) first = last;
      else seconds += last;
      const left = duration((done === 1 ? first : seconds / (done - 1)) * (epochs - epoch));
      shown.update(epoch, { loss: decimal(loss), rate: rate(rowsPerSecond), left });
    },
    end: () => shown.stop(),
  };
}

function lines(output: Output, from: number, epochs: number): Progress {
  const every = Math.max(1, Math.ceil((epochs - from) / 50));
  return {
    show({ epoch, loss, rowsPerSecond }) {
      if (epoch !== from + 1 && epoch !== epochs && epoch % every !== 0) return;
      printLine(output, `epoch ${epoch}/${epochs}  loss ${decimal(loss)}  ${rate(rowsPerSecond)} rows/s`);
    },
    end: () => undefined,
  };
}
