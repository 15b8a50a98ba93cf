export * from "./dataset";
export * from "./dataset-schema";
export * from "./dataset-view";
export * from "./export-request";
