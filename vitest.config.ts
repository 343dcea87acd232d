import { defineConfig } from "vitest/config";

// Packages import each other by name; this condition of their exports leads to src/, so that tests need no build.
const conditions = ["@cresset/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["@cresset/source", "node"] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "apps/*/src/**/*.test.{ts,tsx}",
      "examples/**/*.test.ts",
      "bench/**/*.test.ts",
      "tests/**/*.test.ts",
      "build/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    pool: "forks",
    // The memory tests collect garbage themselves; programs that a test starts resolve packages as the test does.
    execArgv: ["--expose-gc", "--conditions=@cresset/source"],
    testTimeout: 30_000,
    passWithNoTests: false,
  },
});
