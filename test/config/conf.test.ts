// memmon.conf: what it says, what is wrong with it, and how it adds up with the flags.
import { expect, test } from 'vitest'
import { doubtsOf } from '../../src/config/doubtful.ts'
import { parseFlags } from '../../src/config/flags.ts'
import type { Settings } from '../../src/config/settings.ts'
import { MB } from '../helpers/values.ts'

function settingsOf(text: string, ...argv: string[]): Settings {
  const flags = parseFlags(['--config', '/etc/memmon.conf', ...argv], () => ({ text, isPrivate: true }))
  if (flags.kind !== 'settings') throw new Error(flags.kind)
  return flags.settings
}
const written = (text: string, ...argv: string[]): string[] => {
  const { rules, budgets } = settingsOf(text, ...argv)
  return [...rules, ...budgets].map(rule => rule.written)
}

test('every kind of section, in the order in which rules are named as a reason', () => {
  expect(
    written(`; rules
[total]
memory_limit = 80%
min_free = 500MB
[any]
memory_limit = 200MB
[group:workers]
memory_limit = 1GB ; each
total_limit = 4GB
[program:web]
memory_limit = 300MB
threads_limit = 100
fds_limit: 900
[program:shop:api_*]
hard_limit = 2GB
`),
  ).toEqual([
    '[program:web] memory_limit=300MB',
    '[program:web] threads_limit=100',
    '[program:web] fds_limit=900',
    '[program:shop:api_*] hard_limit=2GB',
    '[group:workers] memory_limit=1GB',
    '[any] memory_limit=200MB',
    '[total] memory_limit=80%',
    '[total] min_free=500MB',
    '[group:workers] total_limit=4GB',
  ])
})

test('[memmon] holds what flags hold, and what all rules share', () => {
  const settings = settingsOf(`[memmon]
email = bob@example.com, ops@example.com
sendmail = msmtp -t
uptime = 1h
name = shop
ignore = db, batch:*
max_restarts = 3/1h
max_parallel = 2
most_specific = yes
metric = pss
for = 3/5
min_uptime = 5m
[program:web]
memory_limit = 300MB
for = 1
cumulative = true
[any]
memory_limit = 100MB
`)
  expect(settings).toMatchObject({
    mailTo: ['bob@example.com', 'ops@example.com'],
    sendmailCommand: 'msmtp -t',
    mailUptimeSeconds: 3600,
    name: 'shop',
    ignored: [{ name: 'db' }, { group: 'batch', name: '*' }],
    maxRestarts: { count: 3, windowSeconds: 3600 },
    maxParallel: 2,
    mostSpecific: true,
    configPath: '/etc/memmon.conf',
    rules: [
      {
        metric: 'pss',
        cumulative: true,
        patience: { kind: 'checks', over: 1, of: 1 },
        minUptimeSeconds: 300,
      },
      {
        metric: 'pss',
        cumulative: false,
        patience: { kind: 'checks', over: 3, of: 5 },
        minUptimeSeconds: 300,
      },
    ],
  })
})

const BOTH = `[memmon]
email = file@example.com
ignore = db
metric = uss
max_parallel = 3
[program:web]
memory_limit = 300MB
threads_limit = 100
[group:w]
total_limit = 4GB
`

test('flags and file add up; of the same setting in both the flag counts', () => {
  const settings = settingsOf(
    BOTH,
    '-m',
    'flag@example.com',
    '-p',
    'web=1GB',
    '-a',
    '2GB',
    '--metric',
    'pss',
    '--group-total',
    'w=5GB',
  )
  expect(settings).toMatchObject({ mailTo: ['flag@example.com'], ignored: [{ name: 'db' }], maxParallel: 3 })
  expect(settings.rules.map(rule => `${rule.written} ${rule.metric}`)).toEqual([
    '-p web=1GB pss',
    '[program:web] threads_limit=100 threads',
    '-a 2GB pss',
  ])
  expect(settings.budgets.map(budget => budget.written)).toEqual(['--group-total w=5GB'])
})

test('a rule without a limit of its own, and limits that are none', () => {
  expect(written('[program:web]\nmetric = pss\n[any]\nmemory_limit = none\n')).toEqual([
    '[any] memory_limit=none',
  ])
})

test.each<[text: string, errors: string[]]>([
  ['[program:web]\nmemory_limit = 200 megs\n', ['line 2: memory_limit = 200 megs: "200 megs" is not a size']],
  [
    '[program:web]\nmemry_limit = 200MB\n',
    ['line 2: [program:web]: unknown key "memry_limit"; did you mean memory_limit?'],
  ],
  [
    '[progam:web]\nmemory_limit = 1MB\n',
    [
      'line 1: [progam:web] is not a section of memmon.conf: use one of [memmon]',
      'did you mean [program:NAME]?',
    ],
  ],
  ['[any]\nmemory_limit = 1MB\n\n[any]\n', ['line 4: [any] is already in line 1: join them']],
  ['[any]\nmemory_limit = 1MB\nmemory_limit = 2MB\n', ['line 3: memory_limit is already set in line 2']],
  ['[any]\nmemory_limit =\n', ['line 2: memory_limit has no value']],
  ['[any]\nmemory_limit\n', ['line 2: memory_limit has no "=" behind it: write memory_limit = value']],
  ['memory_limit = 1MB\n', ['line 1: memory_limit stands before the first section: it belongs in [any]']],
  ['[any\nmemory_limit = 1MB\n', ['line 1: this begins a section and does not end it']],
  ['[memmon]\nverbose = maybe\n', ['line 2: verbose = maybe: "maybe" is neither true nor false']],
  ['[memmon]\nprogram = web=1MB\n', ['line 2: [memmon] does not take program']],
  ['[any]\nlimit = 3MB\n', ['line 2: [any]: unknown key "limit"; did you mean memory_limit?']],
  [
    '[any]\nmemory_limit = 3MB\nsoft = 2MB\n',
    ['line 3: [any]: unknown key "soft"; did you mean soft_limit?'],
  ],
  ['[total]\nmetric = pss\n', ['line 2: [total] does not take metric']],
  ['[memmon]\nmail = bob@x\n', ['line 2: [memmon]: unknown key "mail"; did you mean email?']],
  ['[total]\nx = 3\n', ['line 2: [total]: unknown key "x": its keys are memory_limit, min_free, for']],
  [
    '[any]\nmemory_limit = 200MB\n 300MB\n',
    ['line 2: memory_limit = 200MB\\x0a300MB: "200MB\\x0a300MB" is not'],
  ],
  ['[any]\nmemory_limit = 1\x1b[31m\n', ['line 2: memory_limit = 1\\x1b[31m: "1\\x1b[31m" is not a size']],
  ['[an\x07y]\n', ['line 1: [an\\x07y] is not a section']],
  ['[memmon]\nsmtp_password_file = a\n b\nserver_url = x\n y\n', ['line 4: server_url: "x\\x0ay" is not']],
  ['[program:a:b:c]\nmemory_limit = 1MB\n', ['line 1: [program:a:b:c]: "a:b:c" is not a name']],
  ['[group:a:b]\n', ['line 1: [group:a:b]: "a:b" is not a group']],
  ['[any]\nfor = 9/3\n', ['line 2: for = 9/3: "9/3" cannot be met']],
  ['[any]\nmemory_limit = 1MB\naction = exec\n', ['conf, line 3: [any]: action exec needs exec_command']],
  [
    '[group:w]\ntotal_limit = 1GB\naction = signal:HUP\n',
    ['conf, line 3: [group:w] total_limit=1GB: a budget can restart or alert; action = signal is for single'],
  ],
  [
    '[any]\nmemory_limit = 2MB\nhard_limit = 1MB\n',
    ['conf, line 3: [any] memory_limit=2MB: hard_limit 1MB is below the limit'],
  ],
  [
    '[any]\nmemory_limit = 50%\nhard_limit = 40%\n',
    ['conf, line 3: [any] memory_limit=50%: hard_limit 40% is below the limit'],
  ],
  [
    '[any]\nsoft_limit = 60%\nmemory_limit = 50%\n',
    ['conf, line 2: [any] soft_limit=60%: it is not below 50%, so nothing would be drained'],
  ],
  [
    '[any]\nmemory_limit = 50%\nwarn = 100%\n',
    ['conf, line 3: [any] memory_limit=50%: warn 100% is not below'],
  ],
  ['[any]\nhard_limit = 1MB\nwarn = 2MB\n', ['conf, line 3: [any] hard_limit=1MB: warn 2MB is not below']],
  [
    '[memmon]\nhard_limit = 40%\n[program:a]\nmemory_limit = 50%\n[any]\nmemory_limit = 1GB\nsoft_limit = 2GB\n',
    [
      'conf, line 2: [program:a] memory_limit=50%: hard_limit 40% is below the limit',
      'conf, line 7: [any] soft_limit=2GB: it is not below 1GB',
    ],
  ],
])('refused: %j', (text, errors) => {
  const attempt = () => settingsOf(text)
  for (const error of errors) expect(attempt).toThrow(error)
})

test('all that is wrong is told at once, in the order of its lines', () => {
  expect(() => settingsOf('[any]\nfoo = 1\nmemory_limit = x\n[anny]\n')).toThrow(
    /^\/etc\/memmon.conf, line 2: .*\n\/etc\/memmon.conf, line 3: .*\n\/etc\/memmon.conf, line 4: .*$/,
  )
})

test('a password in server_url is not repeated', () => {
  const text = '[memmon]\nserver_url = http://ops:hunter2@127.0.0.1:9001\n'
  expect(() => settingsOf(text)).toThrow(/line 2: server_url: /)
  expect(() => settingsOf(text)).not.toThrow(/hunter2/)
})

// Each is wrong, and would be repeated if a line were quoted as it stands.
test.each<[text: string, error: string]>([
  [
    '[memmon]\nsmtp_password hunter2\n',
    'line 2: smtp_password has no "=" behind it: write smtp_password = value',
  ],
  ['[memmon]\nSMTP_Password hunter2==\n', 'line 2: smtp_password has no "=" behind it'],
  ['[memmon]\nwebhook https://h.example/hunter2\n', 'line 2: webhook has no "=" behind it'],
  ['[memmon]\nsmpt_password hunter2=\n', 'line 2: this is not a setting: write key = value'],
  ['[memmon]\n= hunter2\n', 'line 2: this is not a setting: write key = value'],
  ['smtp_password = hunter2\n', 'line 1: smtp_password stands before the first section: it belongs in'],
  ['hunter2 = x\n', 'line 1: this stands before the first section: write its section above it'],
  [
    '[memmon\nsmtp_password = hunter2\n',
    'line 1: this begins a section and does not end it: write [section]\n/etc/memmon.conf, line 2: smtp_password stands',
  ],
  [
    '[any]\nfor = 3\n[memmon\nsmtp_password = hunter2\n',
    'line 4: [any] does not take smtp_password: it belongs in',
  ],
  [
    '[memmon]\nsmtp_password =\nhunter2\n',
    'line 2: smtp_password has no value\n/etc/memmon.conf, line 3: this is not a setting',
  ],
  ['[memmon]\nsmtp_password =\nhunter2==\n', 'line 2: smtp_password has no value'],
  ['[memmon]\nsmtp_password =\n[hunter2\n', 'line 3: this begins a section and does not end it'],
  [
    '[memmon]\nsmtp_password = x%(hunter2\n',
    'line 2: smtp_password: %(...) is not supported: memmon.conf has',
  ],
  [
    '[memmon]\nemail = bob\n  smtp_password = hunter2\n',
    'line 2: email: smtp_password below it is indented, and so a part of its value: begin that line where email begins',
  ],
  ['[memmon]\nemail = bob\n  smtp_password hunter2\n', 'line 2: email: smtp_password below it is indented'],
  ['[memmon]\nemail = bob\n  webhook: https://h/hunter2\n', 'line 2: email: webhook below it is indented'],
])('a secret is not repeated: %j', (text, error) => {
  const attempt = () => settingsOf(`${text}[program:x]\nmemory_limit = 1MB\n`)
  expect(attempt).toThrow(error)
  expect(attempt).not.toThrow(/hunter/i)
})

test('a command of several lines may name what is also a key', () => {
  const text = '[any]\nmemory_limit = 1MB\npost_restart_command = /opt/post\n  webhook https://h/x\n  smtp\n'
  expect(settingsOf(text).rules[0]?.plan.postCommand).toBe('/opt/post\nwebhook https://h/x\nsmtp')
})

test('sizes are those of the flags', () => {
  expect(settingsOf('[any]\nmemory_limit = 1.5GB\n').rules[0]?.limit).toMatchObject({ amount: 1536 * MB })
})

const ROOT_CONF = `[memmon]
include = conf.d/*.conf, more.conf
name = %(host_node_name)s
state_dir = %(here)s/state
[any]
memory_limit = %(ENV_LIMIT)s
post_restart_command = sh -c 'echo 100%% at 25% of %(ENV_X)s'
`
const FILES: Record<string, string> = {
  '/etc/m/memmon.conf': ROOT_CONF,
  '/etc/m/conf.d/b.conf':
    '[program:b]\nmemory_limit = 2MB\ndrain_command = %(here)s/drain\nsoft_limit = 1MB\n',
  '/etc/m/conf.d/a.conf': '[program:a]\nmemory_limit = 1MB\n',
  '/etc/m/conf.d/.hidden.conf': '[program:h]\nmemory_limit = 1MB\n',
  '/etc/m/conf.d/a.conf~': '[program:a]\nmemory_limit = 9MB\n',
  '/etc/m/more.conf': '[program:more]\nmemory_limit = 3MB\n',
}

/** The settings of files, and what was read. */
function settingsIn(files: Record<string, string>, environment: Record<string, string>): Settings {
  const readText = (path: string) => {
    const text = files[path]
    if (text === undefined) throw new Error(`${path}: no such file`)
    return { text, isPrivate: false }
  }
  const listFolder = (folder: string) =>
    Object.keys(files)
      .filter(path => path.startsWith(`${folder}/`))
      .map(path => path.slice(folder.length + 1).split('/')[0] ?? '')
  const surroundings = { listFolder, environment, hostName: 'shop' }
  const flags = parseFlags(['--config', '/etc/m/memmon.conf'], readText, surroundings)
  if (flags.kind !== 'settings') throw new Error(flags.kind)
  return flags.settings
}
const ENVIRONMENT = { LIMIT: '4MB', X: 'x' }

const ANY = '[any]\nmemory_limit = 1GB\n'
test.each<[what: string, text: string, argv: string[], doubts: string[]]>([
  [
    'of a section',
    `${ANY}exec_command = sh\nthreshold_size = 1MB\ndrain_signal = USR1\ndrain_agent = no\n`,
    [],
    [
      '/etc/memmon.conf, line 3: exec_command has no effect without action = exec',
      '/etc/memmon.conf, line 4: threshold_size has no effect without increase_limit',
      '/etc/memmon.conf, line 5: drain_signal has no effect without soft_limit',
    ],
  ],
  [
    'of [memmon]',
    `[memmon]\ndrain_check = true\n${ANY}`,
    [],
    ['/etc/memmon.conf, line 2: drain_check has no effect without soft_limit'],
  ],
  [
    'flags',
    ANY,
    ['--threshold-size', '1MB', '--drain-agent', '--soft-limit', 'none'],
    [
      '--threshold-size has no effect without --increase-limit',
      '--drain-agent has no effect without --soft-limit',
    ],
  ],
  [
    'one rule needs it',
    `${ANY}[program:a]\naction = exec\nmemory_limit = 1MB\n`,
    ['--exec-command', 'sh'],
    [],
  ],
  ['for all rules', `[memmon]\nsoft_limit = 1MB\n${ANY}drain_signal = USR1\n`, [], []],
  ['a dry run', `${ANY}action = exec\nexec_command = sh\n`, ['--dry-run'], []],
  ['a monitor may drain', `[memmon]\ndrain_signal = USR1\n${ANY}`, ['--monitor', '/m.mjs'], []],
  [
    'names to be ignored',
    `[memmon]\nignore = a, *\n${ANY}`,
    [],
    ['/etc/memmon.conf, line 2: --ignore * is every process, so memmon restarts none'],
  ],
  ['a whole group to be ignored', `[memmon]\nignore = a:*\n${ANY}`, [], []],
])('what has no effect is warned of: %s', (_, text, argv, doubts) => {
  expect(doubtsOf(settingsOf(text, ...argv))).toEqual(doubts)
})

test('include, and %(...)s as supervisor expands them', () => {
  const settings = settingsIn(FILES, ENVIRONMENT)
  expect(settings).toMatchObject({ name: 'shop', stateDir: '/etc/m/state' })
  expect(settings.rules.map(({ written }) => written)).toEqual([
    '[program:a] memory_limit=1MB',
    '[program:b] memory_limit=2MB',
    '[program:b] soft_limit=1MB',
    '[program:more] memory_limit=3MB',
    '[any] memory_limit=4MB',
  ])
  expect(settings.rules.at(-1)?.plan.postCommand).toBe("sh -c 'echo 100% at 25% of x'")
  expect(settings.rules[2]?.action).toMatchObject({ command: '/etc/m/conf.d/drain' })
})

test.each<[what: string, path: string, text: string, error: string | RegExp]>([
  [
    'a wrong line of an included file',
    'conf.d/a.conf',
    '\n[program:a]\nmemory_limit = x\n',
    '/etc/m/conf.d/a.conf, line 3: memory_limit = x: ',
  ],
  [
    'keys that contradict each other in an included file',
    'conf.d/a.conf',
    '[program:a]\nmemory_limit = 2%\nhard_limit = 1%\n',
    '/etc/m/conf.d/a.conf, line 3: [program:a] memory_limit=2%: hard_limit 1% is below',
  ],
  [
    'a section that stands in two files',
    'conf.d/b.conf',
    '[any]\n',
    '/etc/m/conf.d/b.conf, line 1: [any] is already in /etc/m/memmon.conf, line 5: join them',
  ],
  [
    'a file that is not there',
    'memmon.conf',
    '[memmon]\ninclude = gone.conf\n',
    /^\/etc\/m\/memmon.conf, line 2: include: .*gone.conf: no such file$/,
  ],
  [
    'a range that ends before it begins',
    'memmon.conf',
    '[memmon]\ninclude = conf.d/[z-a].conf\n',
    '/etc/m/memmon.conf, line 2: include = conf.d/[z-a].conf: "[z-a].conf" is not a pattern: the range z-a goes backwards; write a-z',
  ],
  [
    'itself',
    'memmon.conf',
    '[memmon]\ninclude = *.conf\n',
    'line 2: include: /etc/m/memmon.conf is this file itself',
  ],
  [
    'a variable that is not set',
    'memmon.conf',
    '[any]\nmemory_limit = %(ENV_NONE)s\n',
    '/etc/m/memmon.conf, line 2: memory_limit: %(ENV_NONE)s cannot be expanded: the environment has no NONE',
  ],
  [
    'an expansion of supervisor that makes no sense here',
    'memmon.conf',
    '[any]\nmemory_limit = %(program_name)s\n',
    'line 2: memory_limit: %(program_name)s is not supported: memmon.conf has %(here)s, %(host_node_name)s and',
  ],
  ['a number', 'memmon.conf', '[any]\nmemory_limit = %(ENV_LIMIT)d\n', '%(ENV_LIMIT)d is not supported'],
  ['a secret in a file that others can read', 'memmon.conf', '[memmon]\nsmtp_password = x\n', 'chmod 600'],
])('%s: refused, with file and line', (_, path, text, error) => {
  expect(() => settingsIn({ ...FILES, [`/etc/m/${path}`]: text }, ENVIRONMENT)).toThrow(error)
})

test('a secret from the environment is none of the file, and is never repeated', () => {
  const conf = '[memmon]\nwebhook = %(ENV_HOOK)s\n[any]\nmemory_limit = 1MB\n'
  const files = { '/etc/m/memmon.conf': conf }
  expect(settingsIn(files, { HOOK: 'https://h/s' }).webhooks).toEqual(['https://h/s'])
})

test('monitors: by their paths, from the folder of the file that names them; each once', () => {
  const { monitors } = settingsOf(
    '[memmon]\nmonitor = ./a.mjs, ../b.cjs, /srv/c.mjs, a.mjs\ngrace = 5m\npre_restart_command = x\n',
  )
  expect(monitors.map(({ id, path }) => [id, path])).toEqual(
    ['/etc/a.mjs', '/b.cjs', '/srv/c.mjs'].map(path => [`monitor ${path}`, path]),
  )
  expect(monitors[0]).toMatchObject({
    plan: { preCommand: 'x', group: false },
    drain: { kind: 'drain', graceSeconds: 300 },
    isDryRun: false,
  })
  expect(
    settingsOf('[memmon]\nmonitor = a.mjs', '--monitor', '/m/own.mjs', '--dry-run').monitors,
  ).toMatchObject([{ path: '/m/own.mjs', isDryRun: true }])
})

test('files that keys name: from the folder of the file, too', () => {
  const { smtpCaFile, smtpPasswordFile, webhookFiles } = settingsOf(
    '[memmon]\nsmtp_ca_file = ca.pem\nsmtp_password_file = ../pw\nwebhook_file = a, /srv/b\n[any]\nmemory_limit = 1MB\n',
  )
  expect([smtpCaFile, smtpPasswordFile, webhookFiles]).toEqual(['/etc/ca.pem', '/pw', ['/etc/a', '/srv/b']])
})
