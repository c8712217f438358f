// Messages under a real supervisord: a storm, a memmon that is killed while mail waits, an SMTP server, a webhook.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runMemmon } from '../helpers/memmon.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-notify-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('200 programs over their limit at once: one mail, and one digest with all of them', async () => {
  const storm = await Supervisord.start({
    programs:
      '[program:p]\ncommand=sleep 3600\nprocess_name=%(program_name)s_%(process_num)03d\nnumprocs=200\nstartsecs=0\n',
    memmon: '-g p=100KB --action alert -m bob@example.com -s @sendmail --mail-interval 10s',
  })
  try {
    const mails = await storm.waitForMails(2, 60_000)
    const [first, digest] = await Promise.all(mails.map(mail => simpleParser(mail)))
    expect(first?.subject).toMatch(/^memmon: process p:p_\d{3} is over its limit$/)
    expect(digest?.subject).toBe('memmon: 199 alerted')
    expect(digest?.text).toContain('and 149 more')
    await new Promise(resolve => setTimeout(resolve, 12_000)) // another interval, in which nothing has happened
    expect(storm.mails()).toHaveLength(2)
  } finally {
    await storm.stop()
  }
}, 120_000)

test('killed with mail in the outbox: it arrives once, after the next start', async () => {
  const command = join(folder, 'sendmail')
  writeFileSync(
    command,
    `#!/bin/sh\ntest -e ${folder}/ready || exit 75\ncat > ${folder}/new.$$ && mv ${folder}/new.$$ ${folder}/mail.$$\n`,
    {
      mode: 0o755,
    },
  )
  const supervisord = await Supervisord.start({
    programs: holder('big', 50),
    memmon: `-a 30MB --max-restarts 1/1h -m bob@example.com -s ${command} --mail-interval 0`,
  })
  try {
    await supervisord.waitForLog('exit code 75. It is tried again in')
    await supervisord.waitForLog('--max-restarts 1/1h is reached')
    const { pid } = await supervisord.process('memmon:memmon')
    process.kill(pid, 'SIGKILL')
    writeFileSync(join(folder, 'ready'), '')
    await supervisord.waitForLog(/\d messages of an earlier memmon are still to be sent/)
    const mails = () => readdirSync(folder).filter(name => name.startsWith('mail.'))
    // The two that waited, each at a time of its own, and what the next memmon has to say of the cap.
    await waitFor('the mails', () => mails().length >= 3, 90_000)
    const subjects = await Promise.all(
      mails().map(async name => (await simpleParser(readFileSync(join(folder, name)))).subject),
    )
    expect(subjects.filter(subject => subject === 'memmon: process big:big restarted')).toHaveLength(1)
  } finally {
    await supervisord.stop()
  }
}, 150_000)

test('SMTP and a webhook side by side, and test-notify by both; secrets are nowhere', async () => {
  const mails: string[] = []
  const smtp = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    onAuth({ password }, _session, callback) {
      if (password === 'hunter2') callback(null, { user: 'ops' })
      else callback(new Error('no'))
    },
    onData(stream, _session, callback) {
      let text = ''
      stream.on('data', chunk => {
        text += chunk
      })
      stream.on('end', () => {
        mails.push(text)
        callback(null, 'kept as 4711')
      })
    },
  })
  const posts: Record<string, unknown>[] = []
  const hook = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      posts.push(JSON.parse(body))
      response.end()
    })
  })
  await Promise.all([
    new Promise<void>(resolve => smtp.listen(0, '127.0.0.1', resolve)),
    new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve)),
  ])
  const smtpPort = (smtp.server.address() as AddressInfo).port
  const hookPort = (hook.address() as AddressInfo).port
  const config = join(folder, 'memmon.conf')
  const text = `[memmon]
email = bob@example.com
smtp = smtp://ops@127.0.0.1:${smtpPort}?starttls=no
smtp_password = hunter2
webhook = http://127.0.0.1:${hookPort}/hunter3
[any]
memory_limit = 30MB
`
  writeFileSync(config, text, { mode: 0o644 })
  const refused = await runMemmon(['test-notify', '--config', config])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain(
    `line 4: smtp_password is a secret, and this file can be read by others: chmod 600 ${config}`,
  )
  rmSync(config)
  writeFileSync(config, text, { mode: 0o600 })
  const tried = await runMemmon(['test-notify', '--config', config])
  expect(tried.stdout).toMatch(
    /^Sent mail "memmon: this is a test" to bob@example.com by smtp:\/\/127.0.0.1:\d+: 250 .*4711$/m,
  )
  expect(tried.stdout).toMatch(/^Sent "memmon: this is a test" by webhook 127.0.0.1:\d+: HTTP 200$/m)
  expect(tried.code).toBe(0)
  const supervisord = await Supervisord.start({ programs: holder('big', 50), memmon: `--config ${config}` })
  try {
    await supervisord.waitForLog(
      /Sent mail "memmon: process big:big restarted" to bob@example.com by smtp:\/\/.*4711/,
    )
    await supervisord.waitForLog(/Sent "memmon: process big:big restarted" by webhook 127/)
    const about = posts.find(({ event }) => event === 'restarted')
    expect(about).toMatchObject({
      memmon: 1,
      process: { namespec: 'big:big', pid: expect.any(Number) },
      rule: '[any] memory_limit=30MB',
      limit: 30 * 1024 * 1024,
      new_pid: expect.any(Number),
    })
    expect((await simpleParser(mails.find(mail => mail.includes('restarted')) ?? '')).subject).toBe(
      'memmon: process big:big restarted',
    )
    const { pid } = await supervisord.process('memmon:memmon')
    const seen = [
      supervisord.memmonLog(),
      readFileSync(`/proc/${pid}/cmdline`, 'latin1'),
      tried.stdout,
      tried.stderr,
    ].join()
    expect(seen).not.toMatch(/hunter/)
    const checked = await runMemmon(['check', '--server-url', supervisord.serverUrl, '--config', config])
    expect(checked.stdout).toContain(
      `Mail goes to bob@example.com by smtp://127.0.0.1:${smtpPort}\nMessages go to the webhook 127.0.0.1:${hookPort}\n`,
    )
    expect(existsSync(config)).toBe(true)
  } finally {
    await supervisord.stop()
    smtp.close()
    hook.closeAllConnections()
    hook.close()
  }
}, 90_000)
