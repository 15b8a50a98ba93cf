export * from "./close-checklist";
export * from "./close-period";
export * from "./close-rules";
