/** True for anything but null and undefined: what a caller may leave out was not left out. */
export function given<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
