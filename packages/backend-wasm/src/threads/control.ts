/**
 * Words of shared memory through which threads meet. Those that are written while others watch them lie in cache lines of
 * their own.
 */
export const control = {
  /** Counts the jobs; workers watch it. */
  epoch: 0,
  /** Workers asleep until the next job. */
  idle: 4,
  /** Threads that have arrived at the barrier, and how often all had. */
  arrived: 64,
  generation: 128,
  /** Threads asleep at the barrier. */
  sleeping: 192,
  /** Threads that take part, the caller included. */
  threads: 196,
  /** Workers that wait for their first job. */
  ready: 200,
  /** Modules that workers are to load before the next job: their number, and the address of pairs of address and length. */
  modules: 204,
  moduleList: 208,
  /** The size that workers' tables must have. */
  tableSize: 212,
  /** For each thread its job: first command, end, scratch memory. */
  jobs: 256,
} as const;

export const jobBytes = 16;

export const controlBytes = (threads: number): number => control.jobs + jobBytes * threads;
