export * from "./attribute-usage";
export * from "./ingest/attribution";
export * from "./ingest/leg-revision";
export * from "./ingest/read-usage-event";
export * from "./ingest/report-usage";
export * from "./usage-event";
export * from "./usage-event-fields";
export * from "./questions/usage-report";
