'use strict'
// All text goes in through textContent: what players say in the chat is never markup.
const at = (id) => document.getElementById(id)
const element = (kind, text, name) => {
  const made = document.createElement(kind)
  if (text !== undefined) made.textContent = text
  if (name) made.className = name
  return made
}
const fill = (id, nodes) => at(id).replaceChildren(...nodes)
const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, '0')}`
const MARKS = { done: '✓', doing: '▶', failed: '✗', todo: '·' }

function branch (node) {
  const status = MARKS[node.status] ? node.status : 'todo'
  const list = element('ul')
  const item = element('li')
  item.append(element('span', `${MARKS[status]} ${node.text}`, status), ...node.children.map(branch))
  list.append(item)
  return list
}

function draw (trail, marks) {
  const canvas = at('map')
  const pen = canvas.getContext('2d')
  const style = getComputedStyle(document.documentElement)
  const colour = (name) => style.getPropertyValue(`--${name}`).trim()
  pen.clearRect(0, 0, canvas.width, canvas.height)
  if (!trail.length) return
  const [cx, , cz] = trail[trail.length - 1]
  const far = Math.max(tiles.size ? 36 : 16, ...trail.slice(-200).flatMap(([x, , z]) => [Math.abs(x - cx), Math.abs(z - cz)]))
  const half = Math.min(far * 1.15, 256)
  const unit = canvas.width / 2 / half
  const px = (x) => canvas.width / 2 + (x - cx) * unit
  const pz = (z) => canvas.height / 2 + (z - cz) * unit
  at('scale').textContent = `${Math.round(half * 2)} blocks across, north up`
  drawLand(pen, px, pz, unit)
  for (const [kind, x, , z] of marks) {
    pen.fillStyle = colour(kind)
    pen.fillRect(px(Math.floor(x)), pz(Math.floor(z)), Math.max(3, unit), Math.max(3, unit))
  }
  pen.lineJoin = 'round'
  pen.beginPath()
  for (const [x, , z] of trail) pen.lineTo(px(x), pz(z))
  for (const [ink, width] of [['#fffc', 5], [colour('trail'), 2.5]]) { // seen on any land
    pen.strokeStyle = ink
    pen.lineWidth = width
    pen.stroke()
  }
  pen.fillStyle = colour('body')
  pen.beginPath()
  pen.arc(px(cx), pz(cz), 6, 0, 7)
  pen.fill()
  pen.strokeStyle = '#fff'
  pen.stroke()
}

function show (state) {
  at('goal').textContent = state.verdict ? `${state.verdict}: ${state.goal}` : state.goal || 'starting'
  const given = Object.entries(state.assistance).map(([name, n]) => `${name} x${n}`).join(', ')
  at('about').textContent = [clock(state.elapsed), state.world, state.seed && `seed ${state.seed}`, state.fast && 'fast mode',
    given && `assistance: ${given}`, state.reason].filter(Boolean).join(' · ')
  const step = element('pre', state.stack.map((entry, depth) => '  '.repeat(depth) + entry).join('\n'))
  fill('step', state.skill ? [element('strong', `step ${state.step}: ${state.skill}`), element('div', state.why), step] : [])
  fill('tree', state.tree ? [branch(state.tree)] : [])
  const number = (value) => Array.isArray(value) ? value.map((part) => Number(part).toFixed(1)).join(' ') : String(value)
  fill('facts', Object.entries(state.facts).map(([name, value]) => element('div', `${name} ${number(value)}`)))
  fill('inventory', Object.entries(state.inventory).map(([name, count]) => element('li', `${count} ${name}`)))
  const near = Object.entries(state.near).sort((a, b) => a[1] - b[1]).slice(0, 16)
  fill('near', near.map(([name, metres]) => element('li', `${name} ${Number(metres).toFixed(0)} m`)))
  fill('events', state.events.map(([when, text]) => element('li', `${clock(when)}  ${text}`)))
  draw(state.trail, state.marks)
}

const states = new EventSource('/states')
states.addEventListener('land', (message) => takeSurvey(JSON.parse(message.data))) // drawn with the state that follows
states.onmessage = (message) => show(JSON.parse(message.data))
