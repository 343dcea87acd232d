import "./tensor/methods.ts";

export * from "./functions.ts";
