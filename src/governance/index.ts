export * from "./audit-chain";
export * from "./audit-entry";
export * from "./period";
export * from "./verify-chain";
