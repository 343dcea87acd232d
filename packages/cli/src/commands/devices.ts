import { describeDevices } from "../devices.ts";
import { printLine } from "../output/streams.ts";
import type { AddCommand } from "./command.ts";

/** Facts that say how much a device has done, not what it can do. */
const usage = /kernels|modules|buffers|bytes|memoryLimit/i;

export const devicesCommand: AddCommand = (program, { stdout }) => {
  program
    .command("devices")
    .description("list the devices that --device may name, and why one cannot be used here")
    .option("--json", "print JSON")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const devices = await describeDevices();
      if (json) {
        printLine(stdout, JSON.stringify(devices));
        return;
      }
      for (const { name, available, info, why } of devices) {
        printLine(stdout, `${name.padEnd(8)} ${available ? "can be used" : why?.replace(/^the device \w+ /, "")}`);
        for (const [key, value] of Object.entries(info))
          if (value !== "" && !usage.test(key)) printLine(stdout, `         ${key}: ${value}`);
      }
    });
};
