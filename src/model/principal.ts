/** Who asks. */
export interface Principal {
  identity: string;
  displayName: string;
  permissions: string[];
  /** All that the project's own authentication said of the user. */
  user: Record<string, unknown>;
}

/** Who everybody is while a project has no authentication of its own. */
export const ANYBODY = 'user';
