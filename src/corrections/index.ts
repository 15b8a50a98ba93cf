export * from "./correction";
export * from "./correction-input";
export * from "./correction-rules";
export * from "./effect";
export * from "./patch";
export * from "./plan";
