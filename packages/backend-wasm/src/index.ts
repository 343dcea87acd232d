import { type Backend, withSharedKernels } from "@cresset/core/backend";
import { backendOf, type WasmOptions } from "./backend.ts";
import { explainProgram } from "./explain.ts";
import { writeGathers } from "./lowering/gathers.ts";
import { loadNear } from "./lowering/near.ts";
import { rowTile } from "./lowering/products/row-tiles.ts";
import { runFunction } from "./lowering/products/run-sums.ts";
import { runs } from "./lowering/products/runs.ts";
import { positionLanes } from "./lowering/reductions/position-lanes.ts";
import { RowExtremum } from "./lowering/reductions/row-extremum.ts";
import { writeScan } from "./lowering/scan.ts";
import { writeScatterRows } from "./lowering/scatter-rows.ts";
import { narrowAxes, writeSegments } from "./lowering/segments/segments.ts";
import { sortScratch, writeSort } from "./lowering/sorting/sort.ts";
import { writeTransposed } from "./lowering/transposed.ts";
import { extremumChains } from "./lowering/values/extremum-chain.ts";
import { functionNamed } from "./lowering/values/functions.ts";
import type { Parts } from "./parts.ts";
import { revectorizer } from "./revectorize.ts";
import { threads } from "./threads/threads.ts";

export type { WasmOptions } from "./backend.ts";

const everything: Parts = {
  functions: (name, features) =>
    runFunction(name, features) ?? rowTile(name, features) ?? functionNamed(name, features),
  rare: {
    runs,
    near: loadNear,
    extremum: extremumChains,
    positionLanes,
    rowExtremum: (...given) => new RowExtremum(...given),
    loops: {
      way: narrowAxes,
      write: (w, kernel, inside) =>
        writeSegments(w, kernel, (body, narrow) =>
          writeTransposed(w, kernel, body, narrow, () =>
            writeGathers(w, kernel, body, narrow, () => inside(body, narrow)),
          ),
        ),
    },
    scatter: writeScatterRows,
    scan: { write: writeScan },
    sort: { write: writeSort, scratch: sortScratch },
  },
  // Two are compiled as they are: what stands in code costs nothing when it runs.
  share: (program) => withSharedKernels(program, 3),
  threads,
  revectorizer,
  explain: explainProgram,
};

/**
 * The WebAssembly backend: kernels become functions of linear memory at run time, with vector instructions where the engine
 * has them; every dtype, synchronous, nothing to load.
 *
 * @throws BackendError where there is no WebAssembly, or a policy forbids compiling it.
 * @example await registerBackend(wasm());
 */
export const wasm = (options: WasmOptions = {}): Backend => backendOf(everything, options);
