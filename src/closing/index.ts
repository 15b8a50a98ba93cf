export * from "./close-check-names";
export * from "./close-checklist";
export * from "./close-period";
export * from "./close-rules";
export * from "./duties/assign-close-check";
export * from "./duties/close-duty";
export * from "./duties/sign-off-close-check";
export * from "./preview/close-preview";
