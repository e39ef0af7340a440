/** What is counted over all there is may take this share of the time, however often it is asked for. */
const SHARE = 0.02;
/** What took no longer is counted whenever it is asked for. */
const QUICK_MS = 250;

/**
 * The same, for what takes the longer the more there is: who asks again sooner than {@link SHARE} allows gets the last
 * answer. What is quick is always new, and what takes a second is at most 50 seconds old.
 */
export const sparingly = <T>(count: () => Promise<T>, now = () => performance.now()): (() => Promise<T>) => {
  let last: Promise<T> | undefined;
  let again = 0;
  return () => {
    if (last && now() < again) return last;
    const began = now();
    again = Infinity; // those who ask meanwhile wait for this one
    const counted = count().finally(() => {
      const took = now() - began;
      again = took > QUICK_MS ? now() + took / SHARE : 0;
    });
    counted.catch(() => (last = undefined));
    return (last = counted);
  };
};
