#!/usr/bin/env node
import { main } from "./main.ts";

// Whoever reads may have seen enough: `cresset predict … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
