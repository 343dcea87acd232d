// Makes webgpu the default device of a program that says nothing about devices: node --import ./lib/on-webgpu.ts PROGRAM
import { webgpu } from "@cresset/backend-webgpu";
import * as torch from "cresset";

await torch.registerBackend(webgpu());
torch.setDefaultDevice("webgpu");
