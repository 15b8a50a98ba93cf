/** A row, or why it cannot be read. `rowNumber` is the line of the file on which it begins, counted from 1. */
export type ReadRow =
  | { readonly rowNumber: number; readonly row: Record<string, string> }
  | { readonly rowNumber: number; readonly error: string };
