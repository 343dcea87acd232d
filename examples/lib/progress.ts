/** Shows losses as they come: one line that is written over on a terminal, else every loss. */
export interface Progress {
  show(iteration: number, loss: number): void;
  end(): void;
}

export function createProgress(iterations: number): Progress {
  const { stdout } = process;
  if (!stdout.isTTY) {
    return {
      show(iteration, loss) {
        console.log(" Loss in iteration :");
        console.log(`(${iteration}, ${loss})`);
      },
      end() {},
    };
  }
  const width = 30;
  return {
    show(iteration, loss) {
      const done = iteration + 1;
      const bar = "█".repeat(Math.round((width * done) / iterations)).padEnd(width, "░");
      stdout.write(`\r${bar} Loss in iteration : (${iteration}, ${loss.toFixed(6)}) \u001b[K`);
    },
    end() {
      stdout.write("\n");
    },
  };
}
