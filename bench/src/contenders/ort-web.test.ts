import { describeNetworks } from "../testing/networks.ts";
import { start } from "./ort-web.ts";

describeNetworks(start, { training: false });
