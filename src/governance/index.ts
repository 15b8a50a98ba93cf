export * from "./audit-entry";
export * from "./period";
