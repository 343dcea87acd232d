// Running the suite

export { type BackendOptions, type BackendUnderTest, backendOfModule, builtInBackends } from "./backends.ts";
// Comparing
export { compareTensors, type TensorComparison } from "./compare/tensor.ts";
export { compareValues } from "./compare/value.ts";
export { type CompleteArea, completeAreas } from "./complete.ts";
export type { Exception, ExceptionUse } from "./exceptions.ts";

// Reading recorded data
export { type Area, type Case, type DataSource, readArea, type Tolerance } from "./read/manifest.ts";
export { type CaseResult, type Counts, count, type Outcome } from "./result.ts";
export { runSuite, type SuiteOptions, type SuiteResult } from "./suite.ts";
