import { createRequire } from 'node:module'

// minecraft-protocol is mineflayer's own part: the same copy, or the versions would not compare.
const { ping } = createRequire(import.meta.resolve('mineflayer'))('minecraft-protocol')

/** The name of the version that a server speaks if it is not the configured one; else, or if it does not tell, ''. */
export async function otherVersion ({ host, port, version }) {
  if (!version) return ''
  const question = { host, port, version, closeTimeout: 5000, noPongTimeout: 1000 }
  try {
    const { version: said } = await ping(question)
    return said && said.protocol !== question.protocolVersion ? String(said.name) : ''
  } catch {
    return '' // joining will tell what is wrong
  }
}
