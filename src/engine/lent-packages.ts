/** Packages lent to a graph's project that has not installed them. */
export const LENT = /^(@langchain\/|langchain(\/|$)|zod(\/|$)|holdpoint(\/|$))/;

/** The query of a module's URL that says which import of it this is. */
export const GENERATION = 'holdpoint-reload';

/** The query of a module's URL that says for which file it imports: it finds what that file would find. */
export const IMPORTER = 'holdpoint-importer';
