export * from "./attribute-usage";
export * from "./attribution";
export * from "./leg-revision";
export * from "./read-usage-event";
export * from "./report-usage";
export * from "./usage-event";
export * from "./usage-event-fields";
export * from "./usage-report";
