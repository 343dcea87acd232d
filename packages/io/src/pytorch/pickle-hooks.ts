/** How the pickles of PyTorch's files are read. */
import type { UnpicklerHooks } from "../pickle/unpickler.ts";
import { findGlobal } from "./globals.ts";
import { NumpyArray, NumpyDtype } from "./numpy-globals.ts";
import { PickledTensor, StoragePart, StorageRecord } from "./records.ts";
import { WholeObject } from "./scheduler-globals.ts";
import { TensorCount } from "./tensors.ts";

/** @param persistent what a persistent id stands for. */
export function pickleHooks(persistent: UnpicklerHooks["persistent"]): UnpicklerHooks {
  const count = new TensorCount();
  const storage = new StorageRecord("", { dtype: "float32", element: "float32", bytes: 4 }, 0);
  const tensor = new PickledTensor({
    storage,
    offset: 0,
    shape: [0],
    strides: [1],
    requiresGrad: false,
    negated: false,
  });
  const array = new NumpyArray();
  return {
    findGlobal,
    persistent,
    standIn(made) {
      if (made instanceof NumpyArray) return array;
      if (!(made instanceof PickledTensor)) return made;
      count.add(made);
      return tensor;
    },
    isValue: (made) =>
      !(
        made instanceof StorageRecord ||
        made instanceof StoragePart ||
        made instanceof NumpyDtype ||
        made instanceof WholeObject
      ),
  };
}
