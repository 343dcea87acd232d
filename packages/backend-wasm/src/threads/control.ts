/**
 * Words of shared memory through which threads meet. Those that are written while others watch them lie in cache lines of
 * their own. Phases are numbered from the pool's first one on, modulo 2³².
 */
export const control = {
  /** The number after that of the last phase there is; workers watch it. */
  end: 0,
  /** Workers asleep until there are more phases. */
  idle: 4,
  /** Shares that are done, of all phases so far. */
  done: 64,
  /** Threads asleep until a phase's shares are done. */
  sleeping: 128,
  /** Threads that take part, the caller included: a phase has so many shares. */
  threads: 192,
  /** How many shares of a phase a thread looks at: its own, then those of the threads after it. */
  reach: 196,
  /** The number of the running program's first phase, and the address of its table: an entry for each share of each phase. */
  start: 200,
  table: 204,
  /** Scratch memory: that of a share begins so far from here as its table says. */
  scratch: 208,
  /** Modules that workers are to load: how often there were some, how many, the address of pairs of address and length. */
  modulesTurn: 212,
  modules: 216,
  moduleList: 220,
  /** The size that workers' tables must have. */
  tableSize: 224,
  /** Workers that wait for their first phase, and those that have loaded the modules. */
  ready: 228,
  loaded: 232,
  /** For each share of a phase a cache line, with the number of the next phase in which nobody has taken it. */
  shares: 256,
} as const;

/** Bytes from one share's word to the next. */
export const shareBytes = 64;

/** Bytes of an entry of a program's table: where the commands of a share begin, where they end, and how far its scratch memory is. */
export const entryBytes = 12;

export const controlBytes = (threads: number): number => control.shares + shareBytes * threads;
