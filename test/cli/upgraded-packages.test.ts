// npm replaces memmon's packages one by one while it runs: what fails in that moment works at the next try. Each in a
// process of its own, for Node remembers what it has not found.
import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Installed } from '../helpers/installed.ts'

let installed: Installed
beforeEach(() => {
  installed = new Installed()
})
afterEach(() => installed.remove())

const MAIL = `
  const { buildMail } = await import('./build/delivery/mail-text.js')
  const message = { id: 'i', subject: 's', text: 't', thread: '', createdAt: 0 }
  const use = async () => String(await buildMail(message, { to: ['b@x'], from: 'm@x', host: 'x' })).includes('Subject: s')`

const measure = (cumulative: boolean) => `
  const { portableSampler } = await import('./build/proc/portable.js')
  const use = async () => (await portableSampler.measure([process.pid], ${cumulative})).get(process.pid) > 0`

test.each([
  ['nodemailer', 'a mail', MAIL],
  ['pidusage', 'a measure', measure(false)],
  ['ps-list', 'a measure with descendants', measure(true)],
])('%s is away, then back: %s', (name, _, use) => {
  const path = `node_modules/${name}`
  installed.takeAway(path)
  const script = `${use}
  import { renameSync } from 'node:fs'
  const said = [await use().catch(({ message }) => message)]
  renameSync('away/${path}', '${path}')
  said.push(await use())
  console.log(JSON.stringify(said))
  process.exit()`
  const args = ['--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: installed.folder, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual([expect.stringContaining(name), true])
})

test('a setting that takes a package which is away may be right, and is told in one line', () => {
  installed.takeAway('node_modules/nodemailer')
  const script = `
  const { parseAddresses } = await import('./build/base/mail-address.js')
  import { renameSync } from 'node:fs'
  const said = []
  const read = () => parseAddresses('Bob <bob@x>')
  try { read() } catch ({ isTransient, message }) { said.push(isTransient, message.split('\\n').length) }
  renameSync('away/node_modules/nodemailer', 'node_modules/nodemailer')
  console.log(JSON.stringify([...said, read()]))`
  const args = ['--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: installed.folder, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual([true, 1, ['Bob <bob@x>']])
})
