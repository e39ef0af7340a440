/**
 * One answer for all who ask the same before it is begun. Nobody gets an answer that was begun before they asked, so
 * each sees whatever was written before that.
 */
export const createSharedLook = <T>() => {
  const asked = new Map<string, Promise<T>>();
  return (question: string, look: () => Promise<T>): Promise<T> => {
    const known = asked.get(question);
    if (known) return known;
    const answer = Promise.resolve().then(() => {
      asked.delete(question);
      return look();
    });
    asked.set(question, answer);
    return answer;
  };
};
