import { expect, test } from "vitest";
import * as torch from "../../index.ts";
import { activation } from "./activation.ts";
import { binary } from "./binary.ts";
import type { Catalogue } from "./catalogue.ts";
import { creation } from "./creation.ts";
import { indexing } from "./indexing.ts";
import { linearAlgebra } from "./linalg.ts";
import { random } from "./random.ts";
import { reduction } from "./reduction.ts";
import { scan } from "./scan.ts";
import { shape } from "./shape.ts";
import { sorting } from "./sort.ts";
import { unary } from "./unary.ts";

const catalogues: Readonly<Record<string, Catalogue>> = {
  activation,
  binary,
  creation,
  indexing,
  linearAlgebra,
  random,
  reduction,
  scan,
  shape,
  sorting,
  unary,
};

test.each(Object.entries(catalogues))("%s: what is said to be in torch is exported", (_name, catalogue) => {
  const exported = torch as unknown as Readonly<Record<string, unknown>>;
  for (const [name, { fn, on }] of Object.entries(catalogue))
    if (on.includes("torch")) expect([name, exported[name]]).toEqual([name, fn]);
});
