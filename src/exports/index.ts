export * from "./dataset";
export * from "./dataset-schema";
export * from "./export-request";
