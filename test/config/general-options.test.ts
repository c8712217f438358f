// The options about no single rule: what they say, what is refused, what counts without them.
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseFlags } from '../../src/config/flags.ts'
import type { Settings } from '../../src/config/settings.ts'
import { settingsFrom } from '../helpers/values.ts'

test.each<[argv: string[], key: keyof Settings, value: unknown]>([
  [[], 'staggerSeconds', 10],
  [['--stagger', '30s'], 'staggerSeconds', 30],
  [['--stagger', '30d'], 'staggerSeconds', 30 * 86_400],
  [['--hook-timeout', '24d'], 'hookTimeoutSeconds', 24 * 86_400],
  [[], 'evidence', true],
  [['--no-evidence'], 'evidence', false],
  [[], 'evidenceTimeoutSeconds', 2],
  [[], 'diagnoseTimeoutSeconds', 30],
  [['--diagnose-timeout', '10m'], 'diagnoseTimeoutSeconds', 600],
  [['--evidence-timeout', '1m'], 'evidenceTimeoutSeconds', 60],
  [['--mail-interval', '24d'], 'mailIntervalSeconds', 24 * 86_400],
  [['--mail-interval', '0'], 'mailIntervalSeconds', 0],
  [['--stop-wait', '30d'], 'stopWaitSeconds', 30 * 86_400],
  [['--stagger', '0'], 'staggerSeconds', 0],
  [[], 'restartBackoffSeconds', 60],
  [['--restart-backoff', '2m'], 'restartBackoffSeconds', 120],
  [['--restart-backoff', '0'], 'restartBackoffSeconds', 0],
  [[], 'maxParallel', 1],
  [['--max-parallel', '0'], 'maxParallel', 0],
  [['--max-parallel', '25'], 'maxParallel', 25],
  [[], 'maxRestarts', undefined],
  [[], 'monitorTimeoutSeconds', 5],
  [['--monitor-timeout', '1m'], 'monitorTimeoutSeconds', 60],
  [[], 'monitors', []],
  [['--monitor', '/m/a.mjs', '--monitor', 'b.mjs'], 'monitorPaths', ['/m/a.mjs', resolve('b.mjs')]],
  [['--smtp-ca-file', 'ca.pem'], 'smtpCaFile', resolve('ca.pem')],
  [['--smtp-password-file', 'pw'], 'smtpPasswordFile', resolve('pw')],
  [['--webhook-file', '/a', '--webhook-file', 'b'], 'webhookFiles', ['/a', resolve('b')]],
  [['--max-restarts', '3/1h'], 'maxRestarts', { count: 3, windowSeconds: 3600, written: '3/1h' }],
  [['--max-restarts', '1000/1d'], 'maxRestarts', { count: 1000, windowSeconds: 86_400, written: '1000/1d' }],
])('%j: %s is %j', (argv, key, value) => {
  expect(settingsFrom('-a', '1GB', ...argv)[key]).toEqual(value)
})

test.each([
  ['--stagger', 'soon'],
  ['--restart-backoff', '-1'],
  ['--max-parallel', 'two'],
  ['--max-parallel', '1234567'],
  ['--max-restarts', '3'],
  ['--max-restarts', '1001/1h'],
  // No time at all: nothing could ever be done in it.
  ['--hook-timeout', '0'],
  ['--monitor-timeout', '0'],
  ['--stop-wait', '0s'],
  ['--evidence-timeout', '0'],
  ['--evidence-timeout', '61s'],
  ['--diagnose-timeout', '0'],
  ['--diagnose-timeout', '601s'],
  ['--grace', '0m'],
  ['--for', '0s'],
  // Longer than a timer counts, which would fire at once.
  ['--hook-timeout', '25d'],
  ['--mail-interval', '600h'],
  // Longer than a date can tell.
  ['--grace', '99999999999d'],
  ['--stagger', '36501d'],
])('%s %s is refused, and quoted', (flag, value) => {
  expect(() => parseFlags(['-a', '1GB', flag, value])).toThrow(value)
})

test.each([
  ['evidence = false', [], false],
  ['evidence = true', [], true],
  ['', [], true],
  ['evidence = true', ['--no-evidence'], false],
])('[memmon] %s with %j: evidence is %j', (line, argv, evidence) => {
  const text = `[memmon]\n${line}\n[any]\nmemory_limit = 1GB\n`
  const flags = parseFlags(['--config', '/x', ...argv], () => ({ text, isPrivate: true }))
  expect(flags).toMatchObject({ settings: { evidence } })
})
