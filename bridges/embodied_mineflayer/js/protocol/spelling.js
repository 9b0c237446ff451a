// "Did you mean": the nearest known names.

/** A sentence naming the nearest of `known`, or the empty string. */
export function didYouMean (wrong, known) {
  const near = [...known].map((name) => [distance(wrong, name), name])
    .filter(([far, name]) => far <= Math.max(2, Math.max(wrong.length, name.length) * 0.45))
    .sort(([a], [b]) => a - b).slice(0, 3).map(([, name]) => `'${name}'`)
  return near.length ? ` Did you mean ${near.join(' or ')}?` : ''
}

/** Levenshtein distance. */
function distance (a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]
}
