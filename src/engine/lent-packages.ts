/** Packages lent to a graph's project that has not installed them. */
export const LENT = /^(@langchain\/|langchain(\/|$)|zod(\/|$)|holdpoint(\/|$))/;
