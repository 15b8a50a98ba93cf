export * from "./dataset";
export * from "./dataset-schema";
export * from "./dataset-view";
export * from "./dbt-sources";
export * from "./export-request";
