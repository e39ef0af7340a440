/** A table on its way from one storage to another. */
export interface ExportedTable {
  name: string;
  columns: string[];
  /** Rows, in the order in which they were written. */
  batches: Iterable<unknown[][]>;
}
