import type { Edge } from "../graph/recording.ts";
import { plus } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The gradients of one backward pass, which stand on the edges that they have reached: a map of edges would cost more than what
 * else a pass does. A pass that starts inside of another one (in a hook, in a checkpoint) gives back at its end what it displaced.
 */
export class Pass {
  /** Edges that a gradient has reached, in order. */
  readonly edges: Edge[] = [];
  readonly #displaced: { readonly edge: Edge; readonly pass: Pass; readonly gradient: Tensor | null }[] = [];

  get(edge: Edge): Tensor | null {
    return edge.pass === this ? edge.gradient : null;
  }

  set(edge: Edge, gradient: Tensor): void {
    if (edge.pass !== this) {
      const { pass } = edge;
      if (pass !== null) this.#displaced.push({ edge, pass, gradient: edge.gradient });
      this.edges.push(edge);
      edge.pass = this;
    }
    edge.gradient = gradient;
  }

  add(edge: Edge, gradient: Tensor): void {
    const sofar = this.get(edge);
    this.set(edge, sofar === null ? gradient : plus(sofar, gradient));
  }

  /** The gradients by edge; the edges are as they were before. */
  end(): [Edge, Tensor][] {
    const arrived = this.edges.map((edge): [Edge, Tensor] => [edge, edge.gradient as Tensor]);
    for (const edge of this.edges) {
      edge.pass = null;
      edge.gradient = null;
    }
    for (const { edge, pass, gradient } of this.#displaced) {
      edge.pass = pass;
      edge.gradient = gradient;
    }
    return arrived;
  }
}
