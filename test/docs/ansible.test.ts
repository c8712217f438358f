// The Ansible playbook: run by Ansible against a real supervisord, on this machine, but for the tasks that install the package.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { ROOT } from '../helpers/documents.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const PLAYBOOK = join(ROOT, 'examples', 'ansible', 'memmon.yml')

let supervisord: Supervisord
let bin = ''
beforeAll(async () => {
  bin = mkdtempSync(join(tmpdir(), 'memmon-ansible-'))
  writeFileSync(join(bin, 'memmon'), `#!/bin/sh\nexec '${process.execPath}' '${MEMMON}' "$@"\n`, {
    mode: 0o755,
  })
  supervisord = await Supervisord.start({
    programs: `${holder('small', 1)}\n[include]\nfiles=conf.d/*.conf`,
    env: { PATH: `${bin}:${process.env.PATH}` },
  })
  mkdirSync(join(supervisord.folder, 'conf.d'))
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(bin, { recursive: true, force: true })
})

/** What Ansible printed, and its exit code. */
function play(
  variables: Readonly<Record<string, string>> = {},
  ...args: string[]
): Promise<{ code: number | null; text: string }> {
  const { folder, serverUrl } = supervisord
  const all = {
    ansible_become: 'false',
    // Debian's, whatever python3 is on PATH.
    ansible_python_interpreter: '/usr/bin/python3',
    memmon_section: join(folder, 'conf.d', 'memmon.conf'),
    memmon_supervisorctl: `supervisorctl -c ${join(folder, 'supervisord.conf')}`,
    ...variables,
  }
  const options = ['-i', 'localhost,', '-c', 'local', '--skip-tags', 'package', '-e', JSON.stringify(all)]
  const child = spawn('ansible-playbook', [...options, ...args, PLAYBOOK], {
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: folder,
      LC_ALL: 'C.UTF-8',
      SUPERVISOR_SERVER_URL: serverUrl,
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_LOCALHOST_WARNING: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      text += chunk
    })
  return new Promise(resolve => child.on('close', code => resolve({ code, text })))
}

const recap = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...(text.split('PLAY RECAP')[1] ?? '').matchAll(/(\w+)=(\d+)/g)].map(([, name, count]) => [
      name,
      Number(count),
    ]),
  )

test('arguments that memmon refuses end the play before anything is changed', async () => {
  const { code, text } = await play({ memmon_arguments: '-a 200megs' })
  expect(code, text).not.toBe(0)
  expect(text).toContain('200megs')
  expect(recap(text)).toMatchObject({ changed: 0, failed: 1 })
})

test('it has supervisord run memmon, a % as it stands; the second time it changes nothing', async () => {
  const variables = { memmon_arguments: '-a 90%' }
  const first = await play(variables)
  expect(first.code, first.text).toBe(0)
  expect(recap(first.text)).toMatchObject({ changed: 2, failed: 0 })
  const section = join(supervisord.folder, 'conf.d', 'memmon.conf')
  expect(readFileSync(section, 'utf8')).toBe(
    '[eventlistener:memmon]\ncommand=memmon -a 90%%\nevents=TICK_60\n',
  )
  await waitFor(
    () => 'supervisord to run memmon',
    async () =>
      (await supervisord.process('memmon:memmon').catch(() => undefined))?.state === ProcessState.RUNNING,
  )
  const second = await play(variables)
  expect(second.code, second.text).toBe(0)
  expect(recap(second.text)).toMatchObject({ changed: 0, failed: 0 })
})
