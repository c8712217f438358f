// Messages under a real supervisord: a storm, a memmon that is killed while mail waits, an SMTP server, a webhook.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-notify-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'latin1')

test('200 programs over their limit at once: one mail, and one digest with all of them', async () => {
  const storm = await Supervisord.start({
    programs:
      '[program:p]\ncommand=sleep 3600\nprocess_name=%(program_name)s_%(process_num)03d\nnumprocs=200\nstartsecs=0\n',
    memmon: '-g p=100KB --action alert -m bob@example.com -s @sendmail --mail-interval 10s',
    listenerLines: 'autostart=false',
  })
  try {
    // memmon comes when all have their size: the first check is to find them all.
    const pids = (await storm.client.getAllProcessInfo()).map(({ pid }) => pid).filter(pid => pid > 0)
    expect(pids).toHaveLength(200)
    await waitFor('all to sleep', () => pids.every(pid => commandOf(pid) === 'sleep\n'))
    await storm.ctl('start', 'memmon')
    const mails = await storm.waitForMails(2)
    const [first, digest] = await Promise.all(mails.map(mail => simpleParser(mail)))
    expect(first?.subject).toMatch(/^memmon: process p:p_\d{3} is over its limit$/)
    expect(digest?.subject).toBe('memmon: 199 over the limit')
    expect(new Set(digest?.text?.match(/^p:p_\d{3}(?= +over the limit )/gm)).size).toBe(199)
    await waitForChecks(storm, 3) // longer than another interval, in which nothing has happened
    expect(storm.mails()).toHaveLength(2)
  } finally {
    await storm.stop()
  }
})

/** What waits on disk: the event of each message by its id. */
function waitingIn({ folder: of }: Supervisord): Map<string, string> {
  const state = join(of, 'state')
  const files = existsSync(state) ? readdirSync(state, { recursive: true, encoding: 'utf8' }) : []
  const texts = files.filter(name => /outbox\/.*\.json$/.test(name)).map(name => textOf(join(state, name)))
  return new Map(
    texts.flatMap(text => {
      if (text === '') return []
      const { id, event } = JSON.parse(text).message
      return [[id, event.event]]
    }),
  )
}

/** '' for a file that was sent and removed meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

test('killed with mail in the outbox: each of them arrives once, after the next start', async () => {
  const command = join(folder, 'sendmail')
  writeFileSync(
    command,
    `#!/bin/sh\ntest -e ${folder}/ready || exit 75\ncat > ${folder}/new.$$ && mv ${folder}/new.$$ ${folder}/mail.$$\n`,
    { mode: 0o755 },
  )
  const supervisord = await Supervisord.start({
    programs: holder('big', 50),
    memmon: `-a 30MB --max-restarts 1/1h -m bob@example.com -s ${command} --mail-interval 0`,
  })
  try {
    // On disk, that is: what is said in the log may still be on its way there.
    const waiting = await waitFor(
      () => `a restart and its cap to wait in the outbox\n${supervisord.memmonLog()}`,
      () => {
        const found = waitingIn(supervisord)
        return [...found.values()].sort().join() === 'capped,restarted' && found
      },
    )
    // The first was tried, and the other waits with it: a command that runs when memmon is killed may deliver all the same.
    await supervisord.waitForLog('exit code 75. Retrying in')
    const { pid } = await supervisord.process('memmon:memmon')
    process.kill(pid, 'SIGKILL')
    writeFileSync(join(folder, 'ready'), '')
    await supervisord.waitForLog('2 undelivered messages from an earlier run')
    await waitFor(
      () => `both to be sent\n${supervisord.memmonLog()}`,
      () => ![...waitingIn(supervisord).keys()].some(id => waiting.has(id)),
    )
    const mails = readdirSync(folder).filter(name => name.startsWith('mail.'))
    const ids = await Promise.all(
      mails.map(async name => (await simpleParser(readFileSync(join(folder, name)))).messageId ?? ''),
    )
    // The next memmon may have sent mails of its own.
    for (const id of waiting.keys()) expect(ids.filter(one => one.startsWith(`<${id}@`))).toHaveLength(1)
  } finally {
    await supervisord.stop()
  }
})

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
})
