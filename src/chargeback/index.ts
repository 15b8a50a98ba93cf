export * from "./accept-statement";
export * from "./dispute";
export * from "./dispute-statement";
export * from "./issue-statements";
export * from "./post-statements";
export * from "./resolve-dispute";
export * from "./statement";
