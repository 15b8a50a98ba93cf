export * from "./book-cost";
export * from "./book-exchange-rates";
export * from "./cost-entry";
export * from "./cost-pool";
export * from "./create-cost-pool";
export * from "./exchange-rate";
