"""Writes the compressed Arrow files of this folder: python3 make.py, with pyarrow (25.0.1 wrote those here)."""

import numpy as np
import pyarrow as pa
from pyarrow import feather

rows = np.arange(30_000)
few = {"x": pa.array([1.5, None, -2.5, 0.0]), "n": pa.array([1, 2, 3, -4], pa.int32()), "flag": [True, False, True, True]}
for compression in ("lz4", "zstd"):
    feather.write_feather(pa.table(few), f"few.{compression}.feather", compression=compression)
    # So long that a buffer is several blocks, which refer to one another.
    table = pa.table({"x": (rows % 7) * 0.5, "n": (rows // 100).astype("int32")})
    feather.write_feather(table, f"many.{compression}.feather", compression=compression)
    with pa.ipc.new_stream(f"few.{compression}.arrows", pa.table(few).schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(pa.table(few))
