/** One line of what is counted: a name, its labels as JSON with the keys in order, and how much. */
export interface Tallied {
  name: string;
  labels: string;
  value: number;
}

/** What all processes counted, since the deployment began. */
export interface TallyStore {
  /** Adds to what is there. */
  add(lines: Tallied[]): Promise<void>;
  all(): Promise<Tallied[]>;
}
