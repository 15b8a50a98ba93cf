export * from "./allocate";
export * from "./allocate-period";
export * from "./approve-policy";
export * from "./divide-pool";
export * from "./driver";
export * from "./policy";
export * from "./propose-policy";
