const MOST = 5000

/**
 * Who is on the server, by its own list of players: {uuid, name}. What is said is told apart by the sender's UUID, never by a
 * name that stands in a text.
 *
 * `onJoin(player)` and `onLeave(player)` may be set.
 */
export class Roster {
  #names = new Map()
  onJoin = () => {}
  onLeave = () => {}

  constructor (client) {
    client.on('player_info', ({ action, data }) => {
      const gone = action === 4 || action === 'remove_player' // before 1.19.3
      for (const entry of data ?? []) {
        const uuid = plain(entry.uuid ?? entry.UUID)
        const name = entry.player?.name ?? entry.name
        if (gone) this.#forget(uuid)
        else if (uuid && typeof name === 'string') this.#add(uuid, name)
      }
    })
    client.on('player_remove', ({ players }) => { for (const uuid of players ?? []) this.#forget(plain(uuid?.UUID ?? uuid)) })
  }

  /** The name of a player who is here; '' of nobody who is. */
  nameOf (uuid) {
    return this.#names.get(plain(uuid)) ?? ''
  }

  /** Whether more than one player goes by a name: then it tells nobody apart. */
  isShared (name) {
    return this.all().filter((player) => player.name === name).length > 1
  }

  /** Everybody: [{uuid, name}]. */
  all () {
    return [...this.#names].map(([uuid, name]) => ({ uuid, name }))
  }

  #add (uuid, name) {
    const known = this.#names.get(uuid)
    if (known === name || (known === undefined && this.#names.size >= MOST)) return
    this.#names.set(uuid, name)
    this.onJoin({ uuid, name })
  }

  #forget (uuid) {
    const name = this.#names.get(uuid)
    if (name === undefined) return
    this.#names.delete(uuid)
    this.onLeave({ uuid, name })
  }
}

const plain = (uuid) => String(uuid ?? '').toLowerCase()
const undashed = (uuid) => plain(uuid).replaceAll('-', '')

/** Whether a player is on a list of names, exactly as they are written, and UUIDs. A name that two go by is nobody's. */
export function isListed (roster, { uuid, name }, players) {
  if (!uuid || !name) return false
  return players.some((listed) => undashed(listed) === undashed(uuid) || (listed === name && !roster.isShared(name)))
}
