'use strict'
// What players do, kept for somebody who is shown something in the game: who dug, picked up, made, smelted and put what.
//
// Only the last of each player are kept, by name, so that a player who leaves and comes back is still known.

const KEPT = 4000
const MOST_PLAYERS = 64

module.exports.server = serv => {
  const books = new Map()

  const bookOf = name => {
    if (!books.has(name)) {
      if (books.size >= MOST_PLAYERS) books.delete(books.keys().next().value)
      books.set(name, { next: 1, deeds: [] })
    }
    return books.get(name)
  }

  const cell = ({ x, y, z }) => [Math.floor(x), Math.floor(y), Math.floor(z)]

  /** Writes down one deed of a player: {what, ...} with names, counts and cells only. */
  serv.survival.note = (player, deed) => {
    if (!player?.username) return
    const book = bookOf(player.username)
    const { x, y, z } = player.position
    const from = [x, y, z].map(value => Math.round(value * 10) / 10)
    book.deeds.push({ number: book.next++, from, ...deed, ...(deed.at ? { at: cell(deed.at) } : {}) })
    if (book.deeds.length > KEPT) book.deeds.shift()
  }

  /** The deeds of a player after a number, oldest first; `missed` says how many of them are no longer kept. */
  serv.survival.deedsOf = (name, after) => {
    const book = books.get(name)
    if (!book) return { deeds: [], last: 0, missed: 0 }
    const deeds = book.deeds.filter(({ number }) => number > after)
    const first = book.deeds[0]?.number ?? book.next
    return { deeds: deeds.slice(0, 500), last: book.next - 1, missed: Math.max(0, first - after - 1) }
  }

  serv.on('newPlayer', player => {
    player.on('connected', () => serv.survival.note(player, { what: 'joined' }))
    player._client.once('end', () => serv.survival.note(player, { what: 'left' }))
  })
}
