import type { Competitor } from "../competitors.ts";
import type { Inputs } from "../contender.ts";
import type { Task } from "../protocol.ts";

/** A task with its data, timed in rounds. */
export interface Work {
  readonly name: string;
  readonly task: Task;
  readonly inputs: () => Inputs;
  /** How long everyone runs before it is timed, where the usual 0.6 seconds are too short. */
  readonly warmUpSeconds?: number;
  /** Who takes part, where that is not everybody. */
  readonly competitors?: () => Competitor[];
}
