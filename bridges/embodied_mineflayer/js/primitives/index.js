import chat from './chat.js'
import chest from './chest.js'
import collect from './collect.js'
import craft from './craft.js'
import dig from './dig.js'
import entities from './entities.js'
import findBlocks from './find_blocks.js'
import findPlace from './find_place.js'
import hands from './hands.js'
import observe from './observe.js'
import place from './place.js'
import presence from './presence.js'
import rules from './rules.js'
import smelt from './smelt.js'
import survey from './survey.js'
import travel from './travel.js'
import watching from './watching.js'

const FAMILIES = [observe, findBlocks, survey, findPlace, travel, dig, collect, place, craft, smelt, hands, chest, entities, presence, chat, rules, watching]

/** Every primitive of this body, in the order a reader should meet them: `[{spec, run}]`. */
export const primitives = (body) => FAMILIES.flatMap((family) => family(body))
