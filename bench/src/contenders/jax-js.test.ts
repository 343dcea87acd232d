import { describeNetworks } from "../testing/networks.ts";
import { start } from "./jax-js.ts";

describeNetworks(start);
