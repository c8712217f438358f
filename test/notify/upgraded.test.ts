// npm replaces packages one by one while memmon runs: a mail that fails in that moment is made at the next try.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../helpers/documents.ts'

const SCRIPT = `
  import { writeFileSync } from 'node:fs'
  import { buildMail } from './build/notify/mail-text.js'
  const message = { id: 'i', subject: 's', text: 't', thread: '', createdAt: 0 }
  const make = () => buildMail(message, { to: ['b@x'], from: 'm@x', host: 'x' }).then(String, () => 'failed')
  const said = [await make()]
  writeFileSync('node_modules/nodemailer/late.js', 'module.exports = { sendMail: () => ({ message: "made" }) }')
  said.push(await make())
  console.log(JSON.stringify(said))`

test('a package that is there only in part, then whole', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-upgraded-'))
  try {
    cpSync(join(ROOT, 'build', 'notify'), join(folder, 'build', 'notify'), { recursive: true })
    const half = join(folder, 'node_modules', 'nodemailer')
    mkdirSync(half, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(half, 'package.json'), '{ "name": "nodemailer", "main": "index.js" }')
    writeFileSync(
      join(half, 'index.js'),
      "const late = require('./late.js'); exports.createTransport = () => late",
    )
    const args = ['--input-type=module', '-e', SCRIPT]
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(['failed', 'made'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
