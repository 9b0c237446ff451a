import { bool, cell, num, primitive, str } from './schema.js'
import { lookAt, say, sleepIn, wait } from '../body/presence.js'

// Mineflayer sends each line of a text as a message of its own, and one of them might be a command.
const ONE_LINE = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+(?![\\s\\S])'

export default (body) => [
  primitive({
    name: 'look_at',
    doc: 'Turn the head toward a point.',
    args: { x: num('[m, world frame]'), y: num('[m, world frame]'), z: num('[m, world frame]') },
    result: { block: str('the block looked at within 5 m, "" if none') },
    timeout_s: 5
  }, (args, ctx) => lookAt(body, args, ctx)),

  primitive({
    name: 'wait',
    doc: 'Stand still, for at most 30 s.',
    args: { seconds: num('[s]', { minimum: 0, maximum: 30 }) },
    result: { seconds: num('how long [s]') },
    timeout_s: 35
  }, (args, ctx) => wait(body, args, ctx)),

  primitive({
    name: 'say',
    doc: 'Say something in the chat. Server commands (a leading "/") are refused: they are assistance.',
    args: { text: { ...str('at most 200 characters in one line'), maxLength: 200, minLength: 1, pattern: ONE_LINE } },
    result: { said: bool('it was sent') },
    errors: { refused: 'a server command' },
    timeout_s: 15
  }, (args, ctx) => say(body, args, ctx)),

  primitive({
    name: 'sleep',
    doc: 'Sleep in the bed at x, y, z until it is day. Only at night or in a thunderstorm.',
    args: cell(),
    result: { slept: bool('it is day') },
    errors: { no_bed: 'no bed there, or out of reach', not_night: 'it is day', cannot_sleep: 'the server refused; message says why' },
    timeout_s: 60
  }, (args, ctx) => sleepIn(body, args, ctx))
]
