/** An expected failure of a primitive: `code` is one of its spec's errors, `message` a sentence for a reader. */
export class Failure extends Error {
  constructor (code, message, data = undefined) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.data = data
  }
}
