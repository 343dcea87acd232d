import { defaultGenerator, Generator } from "@cresset/core/functions";

/**
 * A stream of random numbers of one's own. Weights and dropout are drawn from the default generator, which others may use in
 * between; during `use` it stands in for this stream.
 */
export class RandomStream {
  private readonly own: Generator;

  constructor(generator: Generator) {
    this.own = new Generator().setState(generator.getState());
  }

  /** Runs a synchronous function that draws from the default generator. */
  use<T>(draw: () => T): T {
    const others = defaultGenerator.getState();
    defaultGenerator.setState(this.own.getState());
    try {
      return draw();
    } finally {
      this.own.setState(defaultGenerator.getState());
      defaultGenerator.setState(others);
    }
  }

  /** @throws ValueError for bytes that are no state. */
  restore(state: Uint8Array): void {
    this.own.setState(state);
  }

  /** As `torch.get_rng_state()` has it. */
  state(): Uint8Array<ArrayBuffer> {
    return this.own.getState();
  }
}
