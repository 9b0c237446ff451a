import { Vec3 } from 'vec3'
import { reachable } from './containers.js'
import { Failure } from './failure.js'
import { pause, until, within } from './waiting.js'

export async function lookAt (body, { x, y, z }) {
  const { bot } = body
  await bot.lookAt(new Vec3(x, y, z), true)
  return { block: bot.blockAtCursor(5)?.name ?? '' }
}

export async function wait (body, { seconds }, ctx) {
  const started = performance.now()
  await pause(ctx, seconds * 1000)
  return { seconds: Math.round(performance.now() - started) / 1000 }
}

export async function say (body, { text }, ctx) {
  const lines = text.split(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
  if (lines.some((line) => line.trimStart().startsWith('/'))) throw new Failure('refused', 'server commands are assistance, and refused')
  while (!body.voice.take()) await pause(ctx, body.voice.waitMs)
  body.bot.chat(text)
  return { said: true }
}

export async function sleepIn (body, { x, y, z }, ctx) {
  const { bot } = body
  const beds = body.registry.blocksArray.filter((block) => block.name.endsWith('_bed')).map((block) => block.name)
  const bed = reachable(body, x, y, z, beds, 'no_bed')
  if (bot.time.isDay && !bot.thunderState) throw new Failure('not_night', 'beds are for the night')
  try {
    await within(body, ctx, bot.sleep(bed), 5000, () => new Failure('cannot_sleep', 'the server did not answer'))
    await until(ctx, { on: [[bot, 'time'], [bot, 'wake']], check: () => !bot.isSleeping || bot.time.isDay, ms: 50_000 })
  } catch (error) {
    if (error instanceof Failure || ctx.signal.aborted) throw error
    throw new Failure('cannot_sleep', error.message)
  } finally {
    if (bot.isSleeping) bot.wake().catch((error) => body.log(`waking: ${error.message}`))
  }
  return { slept: bot.time.isDay }
}
