/** What `work` comes to. Rejects as soon as `signal` is given; the work itself is not stopped. */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
  });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

/**
 * What `work` comes to. Rejects, naming `what`, when it takes longer than `ms`; the work itself is not stopped. `late`
 * makes the error of that.
 */
export const withDeadline = async <T>(
  work: () => Promise<T>,
  { ms, what, late = (why) => new Error(why) }: { ms: number; what: string; late?: (why: string) => Error },
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(late(`${what} has not answered for ${ms} ms`)), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
};
