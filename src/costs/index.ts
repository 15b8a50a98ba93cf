export * from "./book-cost";
export * from "./cost-entry";
export * from "./cost-pool";
export * from "./create-cost-pool";
