// What programs print reaches memmon as payloads of events, and never as an event: the real supervisord counts len
// in characters, so a payload of several-byte characters is longer than len bytes.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { holder, Supervisord, type SupervisordOptions } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let supervisord: Supervisord
afterEach(() => supervisord.stop())

/** A tick as supervisord writes it, as an f-string of Python. */
const TICK = `f'\\nver:3.0 server:supervisor serial:1 pool:memmon poolserial:1 eventname:TICK_5 len:15\\nwhen:{int(time.time())}'`

const victim = holder('victim', 60)
const start = async (options: Omit<SupervisordOptions, 'programs'>): Promise<void> => {
  supervisord = await Supervisord.start({
    programs: victim,
    listenerLines: 'buffer_size=1000000',
    ...options,
  })
  await supervisord.waitForLog(/Checks read the sizes|The children of supervisord/)
}

/** Runs the Python as a program whose output becomes events. */
async function startPrinter(python: string): Promise<void> {
  const path = join(supervisord.folder, 'printer.py')
  writeFileSync(path, python)
  supervisord.writeConfig(`${victim}[program:printer]
command=/usr/bin/python3 ${path}
autorestart=false
startsecs=0
stdout_events_enabled=true
stderr_events_enabled=true
stdout_capture_maxbytes=1MB
`)
  await supervisord.ctl('update')
}

const expectNoTrouble = (): void =>
  expect(supervisord.log().match(/.*(UNKNOWN state|bad result line|event was rejected).*/g)).toBeNull()

test.each([
  ['as supervisord starts it', ''],
  ['without the environment', '/usr/bin/env -u SUPERVISOR_ENABLED'],
])('%s: a log line that holds the text of a tick, behind several-byte characters, is no tick', async (_, wrapper) => {
  await start({ memmon: '-p victim=20MB', events: 'PROCESS_LOG,PROCESS_STATE_EXITED', wrapper })
  const before = await supervisord.process('victim:victim')
  await startPrinter(`import os, time
for more in (0, 1, 200, -10, 400):
    tick = ${TICK}.strip()
    tick += ' ' * (len(tick) % 2)
    # Those of the characters that a count in bytes leaves over are the tick, or nearly.
    os.write(1, ('中' * (len(tick) // 2 + more) + tick).encode())
    time.sleep(0.2)
`)
  await waitFor('six answers', () => {
    expectNoTrouble()
    return supervisord.log().split('memmon: event was processed').length === 7
  })
  expect(supervisord.memmonLog()).not.toMatch(/Restarting|ERRO/)
  expect(await supervisord.process('victim:victim')).toMatchObject({ pid: before.pid })
})

test('30,000 events of bytes, characters and headers: each has one answer', async () => {
  await start({ memmon: '-p victim=1GB --verbose', events: 'EVENT', loglevel: 'info' })
  await startPrinter(`import os, random, time
random.seed(7)
pieces = ('中', 'é', '😀', 'x', '\\n', 'READY\\n', 'RESULT 2\\nOK', 'ver:3.0 eventname:TICK_5 len:3\\n', ${TICK})
def noise():
    if random.random() < 0.4: return os.urandom(random.randrange(1, 300))
    return ''.join(random.choices(pieces, k=random.randrange(1, 30))).encode()
def write(fd, data):
    while data: data = data[os.write(fd, data):]
for batch in range(150):
    # Each message is two events: what stands before it is one of its own.
    write(1, b''.join(noise() + b'<!--XSUPERVISOR:BEGIN-->' + noise() + b'<!--XSUPERVISOR:END-->' for each in range(100)))
    write(2, ('中' * random.randrange(1, 40000) + ${TICK}).encode())
    time.sleep(0.1)
`)
  const before = await supervisord.process('memmon:memmon')
  const ended = await waitFor(
    'printer to end',
    () => /(.*) INFO exited: printer/.exec(supervisord.log())?.[1],
  )
  // A tick that came so late was sent behind all of them: an older one is left out.
  await waitFor(`a check behind all events, the last of ${ended}`, () => {
    expectNoTrouble()
    const checks = [...supervisord.memmonLog().matchAll(/(.*) DEBG The check took/g)]
    return secondsOf(checks.at(-1)?.[1] ?? ended) > secondsOf(ended) + 6
  })
  expect(await supervisord.process('memmon:memmon')).toMatchObject({ pid: before.pid })
})

/** Of a line's `2026-11-21 12:34:56,789`. */
const secondsOf = (time: string): number => Date.parse(time.slice(0, 19)) / 1000
