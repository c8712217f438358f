// `npm run demo`: the main job before your eyes, in ten seconds. `npm run demo -- --tour`: the whole story, in two
// minutes. Each runs a real supervisord, exits 0 when all of it has happened, and leaves nothing behind.
import { parseArgs } from 'node:util'
import { setup } from './setup.mjs'

const isTour = wantsTour()
setup()
// These import what setup() has built or installed.
const { perform } = await import('./demo-stage.mjs')
const [{ DEMO }, { TOUR }] = [await import('./demo-restart.mjs'), await import('./tour.mjs')]
process.exit(await perform(isTour ? TOUR : DEMO))

function wantsTour() {
  try {
    return parseArgs({ options: { tour: { type: 'boolean', default: false } } }).values.tour
  } catch (thrown) {
    console.error(`${thrown.message}. Run "npm run demo", or "npm run demo -- --tour"`)
    process.exit(2)
  }
}
