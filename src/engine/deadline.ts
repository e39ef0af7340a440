/** What `work` comes to. Rejects, naming `what`, when it takes longer than `ms`; the work itself is not stopped. */
export const withDeadline = async <T>(
  work: () => Promise<T>,
  { ms, what }: { ms: number; what: string },
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what} has not answered for ${ms} ms`)), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
};
