// Wrong command lines and memmon.conf files as one table against the built command: what is given, and the sentence.
// Refused with exit code 2 in three lines at most, or warned about and taken: by hand, by check and under supervisord alike.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatSize } from '../../src/base/units.ts'
import { createCapacityReader } from '../../src/proc/capacity.ts'
import { type Run, runMemmon } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { shellWords } from '../helpers/shell-words.ts'

let folder = ''
let server: ScriptedSupervisord
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-lines-'))
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock') })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const PATH = '/usr/bin:/bin'
const byHand = (args: readonly string[]) => runMemmon(args, { PATH })
const byCheck = (args: readonly string[]) =>
  runMemmon(['check', ...args], { PATH, SUPERVISOR_SERVER_URL: server.url })
const bySupervisord = (args: readonly string[]) =>
  runMemmon(args, { PATH, SUPERVISOR_ENABLED: '1', SUPERVISOR_SERVER_URL: server.url })

let files = 0
/** A text with a section or without options is a memmon.conf; in sentences <conf> is its path. */
function argsOf(given: string): { args: string[]; path: string } {
  const path = join(folder, `${++files}.conf`)
  if (!given.includes('\n')) return { args: shellWords(given), path }
  writeFileSync(path, given, { mode: 0o600 })
  return { args: ['--config', path], path }
}

const SIZE =
  'is not a size: digits, with a fraction if you like, then KB, MB, GB, TB or nothing for bytes, as in 200MB'
const TIME = 'is not a time: digits, then s, m, h, d or nothing for seconds, as in 15m or 1h30m'
const NAME = 'is not a name: give program, group:program or group:*, with * and ? as wildcards'
const FOR = 'use 3 for three checks in a row, 3/5 for three of the last five, or a time as in 5m'
const ADDRESS = `is not a mail address: use one such as bob@example.com or "Bob, Jr." <bob@example.com>; separate several with commas`
const URL_FORM = 'is not a server URL: give unix:///path/to/supervisor.sock or http://host:port'
const LIMITS = 'use -a 200MB for all programs, -p web=200MB for one, or -g workers=200MB for a group'
const NOTHING = 'no rule has a memory limit to warn of; add one, as in -a 200MB'
const WHOLE_URL = 'it is not a URL: use a whole one, such as https://hooks.example.com/...'
const SECTIONS = '[memmon], [program:NAME], [group:NAME], [any], [total]'

/** A limit beside what the row is about. */
const A = '-a 1MB'

/** What it says is the same whoever reads it. */
const REFUSED_EVERYWHERE: [given: string, sentence: string][] = [
  [
    '-a 1GB --soft-limit 1MB --drain-signal signal:USR1',
    '--drain-signal signal:USR1: "signal:USR1" is not a signal: write the name alone, USR1',
  ],
  ['-a none --warn 80%', `--warn 80%: ${NOTHING}`],
  ['--min-free 1GB --warn 80%', `--warn 80%: ${NOTHING}`],
  [
    '-a 1MB --min-free 900TB',
    `--min-free 900TB: it is 900TB here, and there are ${formatSize(createCapacityReader().capacity()?.bytes ?? 0)} in all, which are never all free; give less`,
  ],
  [
    '-a 1MB --smtp smtp://mail',
    '--smtp says how mail goes, and -m has to say to whom: as in -m bob@example.com',
  ],
  [
    '-a 1MB -m bob@x --smtp smtp://u@mail',
    '--smtp: u has no password: give it as MEMMON_SMTP_PASSWORD, in smtp_password_file, or as smtp_password in memmon.conf',
  ],
  [
    '-a 1MB -m bob@x --smtp smtp://u@mail --smtp-password-file /nonexistent/pw',
    'smtp_password_file /nonexistent/pw: no such file',
  ],
  ['-a 1MB --webhook hooks.slack.com/x', `--webhook: ${WHOLE_URL}`],
  [
    '-a 1MB --webhook http://hooks.example.com/x',
    '--webhook: http:// shows the message, and the URL itself, to the network: use https://, or allow it with --webhook-http',
  ],
  ['-a 1MB --webhook-file /nonexistent/hook', 'webhook_file /nonexistent/hook: no such file'],
  [
    '--config /nonexistent/memmon.conf',
    '--config /nonexistent/memmon.conf: /nonexistent/memmon.conf does not exist',
  ],
  [`-a 1MB --exec-command "sh -c 'x"`, "--exec-command sh -c 'x: the quote ' at character 7 is never closed"],
  [
    `-a 1MB --pre-restart-command '"/opt/x'`,
    '--pre-restart-command "/opt/x: the quote " at character 1 is never closed',
  ],
  [
    "-a 1MB --on-alert-command '/opt/x\\'",
    '--on-alert-command /opt/x\\: the backslash at its end stands before nothing: remove it, or write two',
  ],
  [
    '[any]\nthreads_limit = 100\nwarn = 80%\n',
    '<conf>, line 3: [any]: warn 80% has no limit beside it: add memory_limit',
  ],
  ['[memmon]\nwarn = 80%\n[total]\nmin_free = 1GB\n', `<conf>, line 2: warn 80%: ${NOTHING}`],
  [
    "[any]\nmemory_limit = 1GB\naction = exec\nexec_command = sh -c 'dump\n",
    "<conf>, line 4: exec_command = sh -c 'dump: the quote ' at character 7 is never closed",
  ],
  [
    '[any]\nmemory_limit = 1GB\ndrain_command = "/opt/app/drain\n',
    '<conf>, line 3: drain_command = "/opt/app/drain: the quote " at character 1 is never closed',
  ],
  [
    '[memmon]\nwebhook = hooks.slack.com/x\n[any]\nmemory_limit = 1MB\n',
    `<conf>, line 2: webhook: ${WHOLE_URL}`,
  ],
  [
    '[memmon]\nwebhook_file = /nonexistent/hook\n[any]\nmemory_limit = 1MB\n',
    '<conf>, line 2: webhook_file /nonexistent/hook: no such file',
  ],
]

const REFUSED: [given: string, sentence: string][] = [
  ['analyse', 'analyse needs a file'],
  ['analyse -a 200MB x.jsonl', 'memmon analyse does not take -a, --any'],
  ['suggest --write', '--write needs a value, file: as in memmon suggest --write memmon.conf'],
  ["suggest --write ''", '--write needs the name of a file, as in --write memmon.conf'],
  ['suggest --watch 25d', '--watch 25d: "25d" is too long: 24d at most'],
  ['suggest --soon', "unknown option '--soon' (Did you mean --json?)"],
  ['suggest -p web=1MB', 'memmon suggest does not take -p, --program'],
  ['suggest a:b:c', `a:b:c: "a:b:c" ${NAME}`],
  ['recommend', "unknown command 'recommend' (Did you mean memmon suggest?)"],
  ['history -a 200MB', 'memmon history does not take -a, --any'],
  ['history --since', '--since needs a value, time: as in memmon history web --since 6h'],
  [`history --since soon`, `--since soon: "soon" ${TIME}`],
  ['history --since 0', '--since 0: "0" is too short: use 1s or more'],
  ['history a:b:c', `a:b:c: "a:b:c" ${NAME}`],
  ['graph', "unknown command 'graph' (Did you mean memmon history?)"],
  ['analyse --jsn x.jsonl', "unknown option '--jsn' (Did you mean --json?)"],
  [
    '--smtp-password x',
    "unknown option '--smtp-password': everybody can read arguments, so use MEMMON_SMTP_PASSWORD, --smtp-password-file, or smtp_password in memmon.conf",
  ],
  [
    '-a 1GB --soft-limit 1MB --drain-signal SIGFOO',
    '--drain-signal SIGFOO: "SIGFOO" is not a signal: use a name such as USR1',
  ],
  [
    '-a 1GB --soft-limit 2GB --drain-signal TERM',
    '-a --soft-limit 2GB: it is not below 1GB, so nothing would be drained',
  ],
  ['-a 1MB --warn 2MB', '-a 1MB: warn 2MB is not below the limit, so it would never warn'],
  ['-a 1MB --warn 100%', '-a 1MB: warn 100% is not below the limit, so it would never warn'],
  [
    '-a 1MB -m bob@x --smtp mail.example.com',
    '--smtp: "mail.example.com" is not an SMTP server: give smtp://user@host:587, or smtps://user@host; ?starttls=no for a server without TLS',
  ],
  [
    '-a 1MB -m bob@x --smtp smtp://u:hunter2@mail',
    '--smtp: a password in the URL can be read by anybody with ps: give it as MEMMON_SMTP_PASSWORD, smtp_password_file or in memmon.conf',
  ],
  [
    '-a 1MB --webhook ftp://hooks.example.com/x',
    '--webhook: ftp:// is not supported for webhooks: use an https:// URL',
  ],
  ["-a 1MB --action exec --exec-command ' '", '--exec-command  : " " is not a command'],
  [
    'memory_limit = 200MB\n',
    '<conf>, line 1: memory_limit stands before the first section: it belongs in [any], [program:NAME] or [group:NAME]',
  ],
  [
    '[memmon]\nmemory_limit = 200MB\n',
    '<conf>, line 2: [memmon] does not take memory_limit: it belongs in [any], [program:NAME] or [group:NAME]',
  ],
  [
    '[total]\nmemory_limit = 1GB\nwarn = 80%\n',
    '<conf>, line 3: [total] does not take warn: it belongs in [any], [program:NAME] or [group:NAME], or in [memmon] for all of them',
  ],
  [
    '[any]\nmemory_limit = 1GB\nsoft_limit = 500MB\ndrain_signal = signal:USR1\n',
    '<conf>, line 4: drain_signal = signal:USR1: "signal:USR1" is not a signal: write the name alone, USR1',
  ],
  [
    '[any]\nmemory_limit = %(ENV_NONE)s\n',
    '<conf>, line 2: memory_limit: %(ENV_NONE)s cannot be expanded: the environment has no NONE',
  ],
  [
    '[memmon]\ninclude = gone.conf\n[any]\nmemory_limit = 1MB\n',
    '<conf>, line 2: include: <folder>/gone.conf does not exist',
  ],
  [
    'chek',
    `unknown command 'chek' (Did you mean check?); the commands are check, status, top, explain, diagnose, history, suggest, agents, sample, dump, restart, drain, mute, unmute, report, analyse, test-notify, completion`,
  ],
  ['threads', `unknown command 'threads' (Did you mean memmon diagnose?)`],
  ['init', `unknown command 'init': supervisord starts memmon, as memmon --help shows`],
  ['test', `unknown command 'test' (Did you mean memmon test-notify?)`],
  ['-a 200MB stray', 'unexpected argument "stray": quote values that contain spaces'],
  ['-p web 200MB', '-p, --program web: "web" has no "=": give name=limit, as in -p web=200MB'],
  ['--prog web=1MB', "unknown option '--prog': options cannot be abbreviated; write --program"],
  [
    '--re x',
    "unknown option '--re': options cannot be abbreviated; write --restart-command, --restart-group or --restart-backoff",
  ],
  ['--memory-limit 200MB', `unknown option '--memory-limit': ${LIMITS}`],
  ['--hard_limit 1GB', "unknown option '--hard_limit': did you mean --hard-limit?"],
  [
    '--total-limit 4GB',
    "unknown option '--total-limit': use --group-total workers=4GB for a group, or --total 80% for all",
  ],
  [
    '--interval 60',
    "unknown option '--interval': events= of memmon's section says how often it checks, as in events=TICK_60",
  ],
  ['--grop x=1MB', "unknown option '--grop' (Did you mean --group?)"],
  ['--frobnicate', "unknown option '--frobnicate'"],
  ['-x', "unknown option '-x'"],
  ['-a', '-a, --any needs a value, limit: as in memmon -a 200MB'],
  ['-a 0', '-a, --any 0: "0" is not a limit: the least is 1 byte; leave the option out for no limit'],
  ['-a -5', `-a, --any -5: "-5" ${SIZE}`],
  ['-a 200XB', `-a, --any 200XB: "200XB" ${SIZE}`],
  [
    '-a 0.1B',
    '-a, --any 0.1B: "0.1B" is not a limit: the least is 1 byte; leave the option out for no limit',
  ],
  ['-a Infinity', '-a, --any Infinity: "Infinity" is not a limit: use none for no limit'],
  ['-a unlimited', '-a, --any unlimited: "unlimited" is not a limit: use none for no limit'],
  ['-a 150%', '-a, --any 150%: "150%" is not a share: use 1% to 100%'],
  ['-a 200MB%', '-a, --any 200MB%: "200MB%" is not a share: use 1% to 100%'],
  ['-p web', '-p, --program web: "web" has no "=": give name=limit, as in -p web=200MB'],
  ['-p web=', `-p, --program web=: "" ${SIZE}`],
  ['-p =1MB', `-p, --program =1MB: "" ${NAME}`],
  ['-p web:200MB', '-p, --program web:200MB: "web:200MB" has no "=": give name=limit, as in -p web=200MB'],
  ['-p a:b:c=1MB', `-p, --program a:b:c=1MB: "a:b:c" ${NAME}`],
  [
    '-g team:x=1MB',
    '-g, --group team:x=1MB: "team:x" is not a group: give the group alone, or use -p for group:program',
  ],
  ['-g team', '-g, --group team: "team" has no "=": give name=limit, as in -g web=200MB'],
  ['-g =1GB', '-g, --group =1GB: "" is not a group: give the group alone, or use -p for group:program'],
  ['--group-total w', '--group-total w: "w" has no "=": give name=limit, as in --group-total web=200MB'],
  ['--total lots', `--total lots: "lots" ${SIZE}`],
  ['--min-free 200%', '--min-free 200%: "200%" is not a share: use 1% to 100%'],
  [
    '-a 1MB --for 4/3',
    '--for 4/3: "4/3" cannot be met: give 3 for three checks in a row, 3/5 for three of the last five, or a time as in 5m; 100 checks at most',
  ],
  ['-a 1MB --for soon', `--for soon: "soon" is not a valid --for: ${FOR}`],
  ['-a 1MB --for 0s', '--for 0s: "0s" is too short: use 1s or more'],
  [
    '-a 1MB --metric vsz',
    '--metric vsz: "vsz" is not a metric: use one of rss, pss, uss, rss+swap, pss+swap',
  ],
  ['-a 1MB --action kill', '--action kill: "kill" is not an action: did you mean signal:KILL?'],
  ['-a 1MB --action USR1', '--action USR1: "USR1" is not an action: did you mean signal:USR1?'],
  ['-a 1MB --action signal:FOO', '--action signal:FOO: "FOO" is not a signal: use a name such as USR1'],
  [
    '-a 1MB --action signal',
    '--action signal: "signal" is not an action: use restart, alert, signal:NAME or exec',
  ],
  ['-a 1MB --action exec', '-a: action exec needs exec_command: a program and its arguments'],
  ['-a 1MB --hard-limit 1KB', '-a 1MB: hard_limit 1KB is below the limit; set it above the limit'],
  ['-a 1MB --threads-limit 0', '--threads-limit 0: "0" is not a count: use digits, as in 100, or none'],
  ['-a 1MB --fds-limit 1K', '--fds-limit 1K: "1K" is not a count: use digits, as in 100, or none'],
  ['-a 1MB --min-uptime 5x', `--min-uptime 5x: "5x" ${TIME}`],
  ['-a 1MB --grace 0', '--grace 0: "0" is too short: use 1s or more'],
  ['-a 1MB --hook-timeout 30d', '--hook-timeout 30d: "30d" is too long: 24d at most'],
  [
    '-a 1MB --max-parallel two',
    '--max-parallel two: "two" is not a count: give digits, as in 2, or 0 for no limit',
  ],
  [
    '-a 1MB --max-restarts 3',
    '--max-restarts 3: "3" is not a rate: give a count, "/" and a time, as in 3/1h',
  ],
  ['-a 1MB --max-restarts 0/1h', '--max-restarts 0/1h: "0/1h": the count is 1 to 1000'],
  ['-a 1MB --max-restarts 3/2d', '--max-restarts 3/2d: "3/2d": the time is 1s to 1d'],
  ['-a 1MB --state-dir state', '--state-dir state: "state" is not an absolute path: it must begin with /'],
  ["-a 1MB --ignore ' '", `--ignore  : " " ${NAME}`],
  ['-a 1MB --server-url ftp://x', `--server-url: "ftp://x" ${URL_FORM}`],
  ['-a 1MB --server-url unix://x', `--server-url: "unix://x" ${URL_FORM}`],
  [
    '-a 1MB --server-url http://u:hunter2@h:9001',
    '--server-url: a server URL must not hold a name or password, since every user of the machine can read them there: set SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD in environment= instead',
  ],
  ['-a 1MB -u 5x', `-u, --uptime 5x: "5x" ${TIME}`],
  ["-a 1MB -m 'no address'", `-m, --email no address: "no address" ${ADDRESS}`],
  ['-a 1MB -m bob@example.com,', `-m, --email bob@example.com,: "bob@example.com," ${ADDRESS}`],
  ["-a 1MB -s ' '", '-s, --sendmail  : " " is not a command: use one that reads a mail from stdin'],
  ['-a 1MB --verbose=yes', '--verbose takes no value: as in memmon -a 200MB --verbose'],
  ['-a 1MB --dry-run=1', '--dry-run takes no value: as in memmon -a 200MB --dry-run'],
  ['-ca', '-a, --any needs a value, limit: as in memmon -a 200MB'],
  ['--config', '--config needs a value, file: as in memmon --config /etc/supervisor/memmon.conf'],
  ['-a 1MB --mail-interval 30d', '--mail-interval 30d: "30d" is too long: 24d at most'],
  ['-a 1MB --stagger ten', `--stagger ten: "ten" ${TIME}`],
  ['[program:web]\nmemory_limit = 200 megs\n', `<conf>, line 2: memory_limit = 200 megs: "200 megs" ${SIZE}`],
  [
    'email = bob@example.com\n[any]\nmemory_limit=1MB\n',
    '<conf>, line 1: email stands before the first section: it belongs in [memmon]',
  ],
  [
    'wibble = 3\n',
    '<conf>, line 1: this stands before the first section: write its section above it, as in [memmon]',
  ],
  ['[memmon]\nmin_free = 200MB\n', '<conf>, line 2: [memmon] does not take min_free: it belongs in [total]'],
  [
    '[memmon]\nany = 200MB\n',
    '<conf>, line 2: [memmon] does not take any: write [any], and memory_limit below it',
  ],
  [
    '[memmon]\nwibble = 3\n',
    '<conf>, line 2: [memmon]: unknown key "wibble": its keys are the long options of memmon --help, with _ for -',
  ],
  [
    '[program:web]\nmemory_limit = 1MB\nemail = bob@x\n',
    '<conf>, line 3: [program:web] does not take email: it belongs in [memmon]',
  ],
  [
    '[program:web]\nmemory_limit = 1MB\ntotal_limit = 3GB\n',
    '<conf>, line 3: [program:web] does not take total_limit: it belongs in [group:NAME]',
  ],
  ['[any]\nlimit = 3MB\n', '<conf>, line 2: [any]: unknown key "limit"; did you mean memory_limit?'],
  [
    '[any]\nmemry_limit = 3MB\n',
    '<conf>, line 2: [any]: unknown key "memry_limit"; did you mean memory_limit?',
  ],
  [
    '[any]\nmemory_limit = 1GB\naction = USR1\n',
    '<conf>, line 3: action = USR1: "USR1" is not an action: did you mean signal:USR1?',
  ],
  [
    '[progam:web]\nmemory_limit = 1MB\n',
    `<conf>, line 1: [progam:web] is not a section of memmon.conf: use one of ${SECTIONS}; did you mean [program:NAME]?`,
  ],
  [
    '[web]\nmemory_limit = 1MB\n',
    `<conf>, line 1: [web] is not a section of memmon.conf: use one of ${SECTIONS}`,
  ],
  ['[any]\nmemory_limit = 1MB\n[any]\n', '<conf>, line 3: [any] is already in line 1: join them'],
  ['[any]\nmemory_limit =\n', '<conf>, line 2: memory_limit has no value'],
  ['[any]\nmemory_limit\n', '<conf>, line 2: memory_limit has no "=" behind it: write memory_limit = value'],
  [
    '[any\nmemory_limit = 1MB\n',
    '<conf>, line 1: this begins a section and does not end it: write [section]\n<conf>, line 2: memory_limit stands before the first section: it belongs in [any], [program:NAME] or [group:NAME]',
  ],
  [
    '[memmon]\nverbose = maybe\n[any]\nmemory_limit = 1MB\n',
    '<conf>, line 2: verbose = maybe: "maybe" is neither true nor false',
  ],
]

const KEYS = 'man memmon.conf lists the keys; memmon help all shows them as options.\n'
const HINT = new RegExp(`(?<=\\n)(memmon ([a-z-]+ --help shows its|--help shows the) options\\.\\n|${KEYS})$`)

test.concurrent.each<[given: string, hint: string]>([
  ['-a 200megs', 'memmon --help shows the options.\n'],
  ['-a 1MB --hard-limit 1KB', 'memmon --help shows the options.\n'],
  ['--grop x=1MB', 'memmon --help shows the options.\n'],
  ['list', 'memmon --help shows the options.\n'],
  ['check --sort x', 'memmon check --help shows its options.\n'],
  ['check -a 200megs', 'memmon check --help shows its options.\n'],
  ['check --json --csv', 'memmon check --help shows its options.\n'],
  ['explain', 'memmon explain --help shows its options.\n'],
  ['dump x y', 'memmon dump --help shows its options.\n'],
  ['check --server-url unix:///nonexistent/s.sock -a 1MB', ''],
  ['--config /nonexistent/memmon.conf', ''],
  ['-a 1MB --webhook-file /nonexistent/hook', ''],
  ['[any]\nlimit = 1MB\n', KEYS],
  ['[any]\nmemory_limit = 1MB\nhard_limit = 1KB\n', KEYS],
])('what to read is said only where reading helps: %j', async (given, hint) => {
  const { code, stderr } = await byHand(argsOf(given).args)
  expect({ code, hint: HINT.exec(stderr)?.[0] ?? '' }).toEqual({ code: 2, hint })
})

function refuses(run: Run, path: string, sentence: string): void {
  expect(run).toMatchObject({ code: 2, stdout: '' })
  const text = sentence.replace('<folder>', folder).replaceAll('<conf>', path)
  expect(run.stderr.replace(HINT, '')).toBe(`memmon: ${text}\n`)
  expect(run.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3)
}

describe.concurrent('refused', () => {
  test.each([...REFUSED_EVERYWHERE, ...REFUSED])('%j', async (given, sentence) => {
    const { args, path } = argsOf(given)
    refuses(await byHand(args), path, sentence)
  })

  test.each(REFUSED_EVERYWHERE)('by check, and under supervisord: %j', async (given, sentence) => {
    const { args, path } = argsOf(given)
    refuses(await byCheck(args), path, sentence)
    refuses(await bySupervisord(args), path, sentence)
  })

  test('less for memmon itself than it uses already', async () => {
    const { stderr } = await bySupervisord(['-a', '1MB', '--own-limit', '1KB'])
    expect(stderr).toMatch(
      /^memmon: --own-limit 1KB: memmon itself already uses [\d.]+MB RSS; give \d+MB or more\n/,
    )
  })
})

const BYTES = 'did you mean'
const NO_PATH = {
  hand: "on the PATH of this shell; supervisord's may differ: use its full path",
  listener: `on the PATH that supervisord gives memmon (${PATH}): use its full path`,
}
const EMPTY = 'is empty and counts as not given: is the variable in command= set?'
const UNASKED = 'does not ask the process to finish: add drain_agent, drain_signal or drain_command'

/** <path> is what is said of a PATH by whoever looks. */
const WARNED: [given: string, sentence: string][] = [
  ['-a 200', `-a 200 means 200 bytes: ${BYTES} 200MB?`],
  ['-a 1', `-a 1 means 1 byte: ${BYTES} 1MB?`],
  ['-a 204800', `-a 204800 means 204800 bytes: ${BYTES} 204800KB?`],
  ['-p web=300', `-p web=300 means 300 bytes: ${BYTES} 300MB?`],
  [`${A} --warn 80`, `-a 1MB: warn 80 means 80 bytes: ${BYTES} 80%?`],
  [`${A} --warn 800`, `-a 1MB: warn 800 means 800 bytes: ${BYTES} 800MB?`],
  ['-a 100B --hard-limit 200', `-a 100B: hard_limit 200 means 200 bytes: ${BYTES} 200MB?`],
  ['--total 4000', `--total 4000 means 4000 bytes: ${BYTES} 4000MB?`],
  ['--min-free 500', `--min-free 500 means 500 bytes: ${BYTES} 500MB?`],
  ['-p web==200MB', '-p web==200MB is about a program or group named "web=": did you mean "web"?'],
  ['-g w==1GB', '-g w==1GB is about a program or group named "w=": did you mean "w"?'],
  ['--group-total w==1GB', '--group-total w==1GB is about a program or group named "w=": did you mean "w"?'],
  [
    '-p web=200MB,api=300MB',
    '-p web=200MB,api=300MB is about one program or group, named "web=200MB,api": give each its own option',
  ],
  ['-p w=1GB --soft-limit 700MB', `-p w --soft-limit 700MB ${UNASKED}`],
  [`${A} -m ''`, `-m, --email ${EMPTY}`],
  [`${A} -n ''`, `-n, --name ${EMPTY}`],
  [
    `${A} -m a@b.c -s /nonexistent/sendmail`,
    'mail cannot be sent: /nonexistent/sendmail does not exist; use another command (-s), or --smtp',
  ],
  [`${A} -m a@b.c -s 'no-such-mailer -t'`, 'mail cannot be sent: no-such-mailer is not <path>'],
  [`${A} --on-alert-command /`, 'on_alert_command cannot run: / is a directory'],
  [
    `${A} --post-restart-command /etc/passwd`,
    'post_restart_command cannot run: /etc/passwd is not executable: run "chmod +x /etc/passwd"',
  ],
  [`${A} --action exec --exec-command no-such-dump`, 'exec_command cannot run: no-such-dump is not <path>'],
  [`${A} --exec-command sh`, '--exec-command has no effect without --action exec'],
  [`${A} --ignore '*'`, '--ignore * is every process, so memmon restarts none'],
  ['[any]\nmemory_limit = 200\n', `<conf>, line 2: [any] memory_limit=200 means 200 bytes: ${BYTES} 200MB?`],
  ['[any]\nmemory_limit = 2MB\nsoft_limit = 1MB\n', `<conf>, line 3: [any] soft_limit=1MB ${UNASKED}`],
  [
    '[program:web]\nmemory_limit = 1GB\ndrain_check = /nonexistent/idle\nsoft_limit = 1MB\n',
    '<conf>, line 4: drain_check cannot run: /nonexistent/idle does not exist',
  ],
]

describe.concurrent('warned about, and taken', () => {
  test.each(WARNED)('%j', async (given, sentence) => {
    const { args, path } = argsOf(given)
    const text = (who: keyof typeof NO_PATH) =>
      sentence.replace('<conf>', path).replace('<path>', NO_PATH[who])
    const hand = await byHand(args)
    expect(hand).toMatchObject({ code: 2, stdout: '' })
    expect(hand.stderr).toContain(`memmon: warning: ${text('hand')}\n`)
    expect(hand.stderr).toContain('\n[eventlistener:memmon]\ncommand=memmon ')
    const checked = await byCheck(args)
    expect(checked.code).not.toBe(2)
    expect(checked.stderr).toContain(`${text('hand')}\n`)
    const listened = await bySupervisord(args)
    expect(listened).toMatchObject({ code: 0, stdout: 'READY\n' })
    expect(listened.stderr).toContain(` WARN ${text('listener')}\n`)
  })
})

/** Nothing is said of these. */
const QUIET = [
  '-a 200B',
  '-a 1048576',
  '-a 9223372036854775807',
  "-a '1 GB'",
  '-p a=b=200MB',
  '-p w=1GB --soft-limit 700MB --drain-check /bin/true',
  `${A} -m a@b.c -s 'exec cat'`,
  `${A} -m a@b.c -s 'X=1 no-such-mailer'`,
  `${A} --threads-limit 200`,
  '[any]\nmemory_limit = none\nwarn = 1GB\n',
]
test.concurrent.each(QUIET)('no word about %j', async given => {
  const { stderr } = await bySupervisord(argsOf(given).args)
  expect(stderr.match(/ (WARN|ERRO) .*/g)).toEqual(null)
})

test.concurrent.each([
  ['-m bob@x -n shop', '-a 200MB -m bob@x -n shop'],
  ['-c', '-a 200MB -c'],
  ['--dry-run', '-a 200MB --dry-run'],
])('by hand, what watches nothing keeps its arguments: %s', async (given, command) => {
  const { code, stderr } = await byHand(shellWords(given))
  expect(code).toBe(2)
  expect(stderr).toContain('\nNo rules yet: -a 200MB below is an example.\n')
  expect(stderr).toContain(`\n[eventlistener:memmon]\ncommand=memmon ${command}\nevents=TICK_60\n`)
})

test('under supervisord it is refused, with the file that has no rule', async () => {
  const { args, path } = argsOf('[memmon]\nname = shop\n')
  refuses(
    await bySupervisord(args),
    path,
    '<conf> has no rules, so memmon has nothing to watch: set a limit with -p, -g or -a, as in -a 200MB',
  )
})

describe('rules and the processes that there are', () => {
  beforeAll(() => {
    for (const namespec of ['web:web', 'w:w_00', 'memmon:memmon']) server.add({ namespec, state: 0 })
  })

  test('check says what matches nothing', async () => {
    const { code, stderr } = await byCheck(['-p', 'wbe=1MB', '-p', 'w=1MB', '-p', 'web=1MB'])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        "-p wbe=1MB matches no process; did you mean web?\n-p w=1MB matches no process: w is a group; -p 'w:*' would match w:w_00\n",
    })
  })

  test('check says which name to be ignored matches nothing', async () => {
    const { args } = argsOf('[memmon]\nignore = wbe, web\n[any]\nmemory_limit = 1GB\n')
    expect((await byCheck(args)).stderr).toBe(
      '--ignore wbe matches no process, so it protects nothing; did you mean web?\n',
    )
  })

  test('check says that a rule of a listener names that listener', async () => {
    const conf = join(folder, 'supervisord.conf')
    writeFileSync(
      conf,
      `[unix_http_server]\nfile=${join(folder, 's.sock')}\n[eventlistener:memmon]\ncommand=memmon -p memmon=1GB\n`,
    )
    const { stderr } = await runMemmon(['check', '-C', conf], { PATH })
    expect(stderr).toBe(
      '-p memmon=1GB names memmon itself, which no rule restarts: its own limit is --own-limit\n',
    )
  })
})

test('a supervisord that is not there, or asks for a password: by hand it says what to do', async () => {
  const socket = `unix://${join(folder, 'none.sock')}`
  const gone = await runMemmon(['check', '-a', '1MB', '--server-url', socket], { PATH })
  expect(gone).toMatchObject({ code: 2, stdout: '' })
  expect(gone.stderr).toContain(`${socket}: ENOENT: no such socket; is supervisord running?`)
  const auth = { username: 'u', password: 'p' }
  const locked = await ScriptedSupervisord.start({ auth })
  const refused = await runMemmon(['check', '-a', '1MB', '--server-url', locked.url], { PATH })
  await locked.close()
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('(HTTP 401): set username= and password= in [supervisorctl]')
})
