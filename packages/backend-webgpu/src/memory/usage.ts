/** The flags of the WebGPU specification: in Node the names are not global. */
export const bufferUsage = {
  mapRead: 0x0001,
  copySource: 0x0004,
  copyTarget: 0x0008,
  uniform: 0x0040,
  storage: 0x0080,
  queryResolve: 0x0200,
} as const;

export const mapRead = 0x0001;
export const computeStage = 0x4;

/** Of buffers that hold values. */
export const storageUsage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
