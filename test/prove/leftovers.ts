/** What must not outlive this process, however it ends; the newest first. */
const leftovers: Array<() => void> = [];

/** Remembers how to be rid of something; answers the same, to be called when its time has come. */
export function leaveBehindNothing(remove: () => void): () => void {
  const once = (): void => {
    const place = leftovers.indexOf(once);
    if (place < 0) return;
    leftovers.splice(place, 1);
    remove();
  };
  leftovers.push(once);
  return once;
}

/** Removes everything that is still there, for a proof that is interrupted. */
export function abandonAll(): void {
  for (const remove of [...leftovers].reverse()) remove();
}
