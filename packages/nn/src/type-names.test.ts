import { expect, test } from "vitest";
import * as nn from "./index.ts";

/** Every module class of the package, by the name it is exported under. */
const classes = Object.entries(nn).filter(
  (entry): entry is [string, typeof nn.Module] =>
    typeof entry[1] === "function" && entry[1].prototype instanceof nn.Module,
);

test.each(classes)("%s prints under its own name, also when a minifier renames it", (name, type) => {
  expect(Object.hasOwn(type, "typeName") && type.typeName).toBe(name);
});
