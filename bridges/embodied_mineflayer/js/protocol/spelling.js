/** A sentence naming the nearest known names, or ''. */
export function didYouMean (wrong, known) {
  const word = wrong.slice(0, 64)
  const near = [...known]
    .map((name) => ({ name, likeness: 1 - distance(word, name) / Math.max(word.length, name.length) }))
    .filter(({ likeness }) => likeness >= 0.55)
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, 3)
  return near.length ? `Did you mean ${near.map(({ name }) => `'${name}'`).join(' or ')}?` : ''
}

/** Levenshtein's edit distance. */
function distance (one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[other.length]
}
