// The command line as one table against the built binary: arguments, exit code, stdout, stderr.
import { describe, expect, test } from 'vitest'
import { runMemmon } from '../helpers/memmon.ts'

const UNDER_SUPERVISORD = { SUPERVISOR_SERVER_URL: 'unix:///nonexistent/supervisor.sock' }

const REFUSED: [args: string[], stderr: RegExp][] = [
  [[], /nothing to watch: set a limit with -p, -g or -a, as in -a 200MB/],
  [['-m', 'bob@example.com'], /nothing to watch/],
  [['-a', '0'], /-a, --any 0: "0" is not a limit/],
  [['-a', '-5'], /-a, --any -5: "-5" is not a size: digits/],
  [['-a', '150%'], /-a, --any 150%: "150%" is not a share: use 1% to 100%/],
  [['-a', '1MB', '--for', '4/3'], /--for 4\/3: "4\/3" cannot be met: give 3 for three checks/],
  [['-a', '1MB', '--metric', 'vsz'], /--metric vsz: "vsz" is not a metric: use one of rss, pss, uss/],
  [['-a', '1MB', '--action', 'halt'], /--action halt: "halt" is not an action: use restart, alert/],
  [['-a', '1MB', '--action', 'exec'], /-a: action exec needs exec_command/],
  [
    ['-a', '1GB', '--soft-limit', '1MB', '--drain-signal', 'signal:USR1'],
    /--drain-signal signal:USR1: "signal:USR1" is not a signal: write the name alone, USR1/,
  ],
  [['-a', '1MB', '--action', 'signal:FOO'], /"FOO" is not a signal: use a name such as USR1/],
  [['-a', '1MB', '--hard-limit', '1KB'], /-a 1MB: hard_limit 1KB is below the limit/],
  [['-a', '1MB', '--warn', '2MB'], /-a 1MB: warn 2MB is not below the limit/],
  [['-a', '1MB', '--threads-limit', '0'], /--threads-limit 0: "0" is not a count/],
  [
    ['--config', '/nonexistent/memmon.conf'],
    /--config \/nonexistent\/memmon.conf: \/nonexistent\S+ does not exist/,
  ],
  [['-a'], /-a, --any needs a value, limit: as in memmon -a 200MB/],
  [['-p', 'web'], /-p, --program web: "web" has no "=": give name=limit, as in -p web=200MB/],
  [['-p', 'web='], /-p, --program web=: "" is not a size/],
  [['-p', '=1MB'], /-p, --program =1MB: "" is not a name: give program, group:program/],
  [['-p', 'a:b:c=1MB'], /"a:b:c" is not a name/],
  [['-p', 'web=1XB'], /-p, --program web=1XB: "1XB" is not a size/],
  [['-g', 'team:x=1MB'], /-g, --group team:x=1MB: "team:x" is not a group.*use -p for group:program/],
  [['-a', '200MB\n300MB'], /-a, --any 200MB\\x0a300MB: "200MB\\x0a300MB" is not a size/],
  [['--mail', 'bob@x'], /unknown option '--mail': did you mean --email\?/],
  [['-g', 'team'], /-g, --group team: "team" has no "="/],
  [['--groupname', 'team=0'], /-g, --group team=0: "0" is not a limit/],
  [['-u', '5x', '-a', '1MB'], /-u, --uptime 5x: "5x" is not a time: digits, then s, m, h, d/],
  [['-m', 'no address', '-a', '1MB'], /-m, --email no address: "no address" is not a mail address/],
  [['-m', 'bob@example.com,', '-a', '1MB'], /is not a mail address/],
  [['-m', 'bob@@x', '-a', '1MB'], /-m, --email bob@@x: "bob@@x" is not a mail address/],
  [['--from', 'a@b.c,d@e.f', '-a', '1MB'], /--from .*is more than one address/],
  [['-s', ' ', '-a', '1MB'], /-s, --sendmail {2}: " " is not a command/],
  [['--ignore', '', '-a', '1MB'], /--ignore : "" is not a name/],
  [['--server-url', 'ftp://x', '-a', '1MB'], /--server-url: "ftp:\/\/x" is not a server URL: give unix:\/\//],
  [['--server-url', 'unix://x', '-a', '1MB'], /"unix:\/\/x" is not a server URL/],
  [['--grop', 'x=1MB'], /unknown option '--grop' \(Did you mean --group\?\)/],
  [['-x'], /unknown option '-x'/],
  [['-a', '1MB', '--sampler', 'top'], /--sampler top: "top" is not a sampler: use auto, proc, ps/],
  [['--verbose=yes', '-a', '1MB'], /--verbose takes no value: as in memmon -a 200MB --verbose/],
  [['-ca'], /-a, --any needs a value/],
  [['-a', '1MB', 'stray'], /unexpected argument "stray": quote values that contain spaces/],
  [['-a', '1MB', 'check'], /unexpected argument "check"/],
  [['web=200MB'], /unexpected argument "web=200MB"/],
  [['', '-a', '1MB'], /unexpected argument ""/],
  [['-a', '1MB', '--', '-b'], /unexpected argument "-b"/],
  [['--verbos'], /unknown option '--verbos': options cannot be abbreviated; write --verbose/],
  [['--server-ulr=http://u:pw@x'], /unknown option '--server-ulr' \(Did you mean --server-url\?\)\n/],
  [['-cx'], /unknown option '-x'/],
  [
    ['chek'],
    /unknown command 'chek' \(Did you mean check\?\); the commands are check, status, top, explain, diagnose, history, suggest, agents, sample, dump, restart, drain, mute, unmute, report, analyse, test-notify, completion\n/,
  ],
  [['chek', '-a', '1MB'], /unknown command 'chek' \(Did you mean check\?\)/],
  [
    ['frobnicate'],
    /unknown command 'frobnicate'; the commands are check, status, top, explain, diagnose, history, suggest, agents, sample, dump, restart, drain, mute, unmute, report, analyse, test-notify, completion\n/,
  ],
  [['init'], /unknown command 'init': supervisord starts memmon, as memmon --help shows/],
  [['help', 'chek'], /unknown command 'chek'; the commands are check/],
  [['explain'], /explain needs a process\nmemmon explain --help shows its options/],
  [['explain', 'web', 'api'], /unexpected argument "api"/],
  [['test-notify', 'bob@example.com'], /unexpected argument "bob@example.com"/],
  [['check', '--grop', 'x=1MB'], /unknown option '--grop' \(Did you mean --group\?\)/],
  [['check', '--jsn'], /unknown option '--jsn' \(Did you mean --json\?\)/],
  [['check', '--sort', 'age'], /--sort age: unknown order; use share, size/],
  [['check', '--sort'], /--sort needs a value, order: as in memmon check --sort size/],
  [['check', '--why=yes'], /--why takes no value: as in memmon check --over --why/],
  [['explain', 'web', '--why'], /unknown option '--why'/],
  [['check', '--json=yes'], /--json takes no value: as in memmon check --json/],
  [['check', '-a', '1XB'], /-a, --any 1XB: "1XB" is not a size/],
]

describe('refused, with what would be right, exit code 2 and no READY', () => {
  test.each(REFUSED)('%j', async (args, stderr) => {
    const run = await runMemmon(args, UNDER_SUPERVISORD)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(stderr)
    expect(run.stderr).toMatch(/^memmon: .*\n(memmon ([\w-]+ )?--help shows (the|its) options\.\n)?$/)
  })

  test('a password in the server URL, which is not repeated', async () => {
    const run = await runMemmon(['-a', '1MB', '--server-url', 'http://u:hunter2@127.0.0.1:9001'])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD/)
    expect(run.stderr).not.toContain('hunter2')
  })

  test('a supervisord without a server', async () => {
    const run = await runMemmon(['-a', '1MB'], { SUPERVISOR_ENABLED: '1' })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/supervisord has no server .*add \[unix_http_server\]/)
  })

  test('a SUPERVISOR_SERVER_URL that is none', async () => {
    const run = await runMemmon(['-a', '1MB'], { SUPERVISOR_SERVER_URL: 'supervisor.sock' })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/SUPERVISOR_SERVER_URL: "supervisor.sock" is not a server URL/)
  })
})

const STARTED: [args: string[], stderr: RegExp[]][] = [
  [['-a', '200MB'], [/-a 200MB: restarts any process over 209715200 bytes \(200MB\) of RSS$/m]],
  [['-ca1MB'], [/-a 1MB: .*of RSS with descendants/]],
  [['-a1MB', '-s', '-x', '-m', 'a@b.c'], [/by -x$/m]],
  [['--any=1.5gib'], [/-a 1.5gib: restarts any process over 1610612736 bytes/]],
  [['-p', 'web=1k'], [/-p web=1k: restarts web in any group over 1024 bytes \(1k\) of RSS/]],
  [['--program', 'a=b=2M'], [/-p a=b=2M: restarts a=b in any group over 2097152 bytes/]],
  [['-p', 'team:=1MB'], [/restarts team:\* over 1048576 bytes/]],
  [['-g', 'team=1MB'], [/restarts each process of the group team over 1048576 bytes/]],
  [['--group', 'team=1MB'], [/each process of the group team/]],
  [['--groupname', 'team=1MB'], [/each process of the group team/]],
  [['-c', '-a', '1MB'], [/of RSS with descendants/]],
  [['--cumulative', '-a', '1MB'], [/of RSS with descendants/]],
  [['-a', '25%'], [/-a 25%: restarts any process over \d+ bytes \(25% of [\d.]+[GM]B, by \/.*\) of RSS$/m]],
  [
    [
      '-a',
      '100MB',
      '--metric',
      'pss',
      '--for',
      '3/5',
      '--hard-limit',
      '1GB',
      '--warn',
      '80%',
      '--min-uptime',
      '5m',
    ],
    [
      /over 104857600 bytes \(100MB\) of PSS, in 3 of 5 checks, at once over 1073741824 bytes \(1GB\) of PSS, warns over 83886080 bytes \(80MB\), not in its first 5m$/m,
    ],
  ],
  [['-a', '1MB', '--action', 'signal:usr1'], [/-a 1MB: sends SIGUSR1 to any process over/]],
  [
    ['-a', '1MB', '--dry-run'],
    [/--dry-run: limits are checked and logged/, /would restart any process/],
  ],
  [
    ['--group-total', 'w=1GB'],
    [/restarts the one with the most private memory, one at a time, when the group w uses/],
  ],
  [['--min-free', '5%'], [/when less than \d+ bytes \(5% of .*\) are free$/m]],
  [['-a', '100'], [/-a 100 means 100 bytes: did you mean 100MB\?/]],
  [['-a', '1MB', '-m', 'a@b.c', '-s', 'msmtp -t'], [/Mail goes to a@b\.c by msmtp -t/]],
  [['-a', '1MB', '-m', '"Bob, Jr." <b@x.org>'], [/Mail goes to "Bob, Jr\." <b@x\.org> by/]],
  [['-a', '1MB', '--email', 'a@b.c', '--sendmail', 'x'], [/Mail goes to a@b\.c by x/]],
  [['-a', '1MB', '-m', 'a@b.c', '--sendmail_program', 'x'], [/by x$/m]],
  [
    ['-a', '1MB', '-m', 'a@b.c,d@e.f', '-m', 'g@h.i', '--sendmail-program', 'x'],
    [/to a@b\.c, d@e\.f, g@h\.i by x$/m],
  ],
  [
    ['-a', '1MB', '-u', '15m', '--uptime', '90', '-n', 'shop', '--name', 'x', '--ignore', 'db', '--verbose'],
    [/-a 1MB/],
  ],
  [['-a', '1MB', '--sampler', 'ps'], [/watches supervisord at .*, by pidusage and ps-list$/m]],
  [['-a', '1MB', '--sampler', 'proc'], [/watches supervisord at .*, by \/proc$/m]],
  [['-a', '1MB', '--server-url', 'http://[::1]:9001'], [/watches supervisord at http:\/\/\[::1\]:9001/]],
]

test.each(
  STARTED,
)('started with %j: READY, a line a rule, exit code 0 at the end of stdin', async (args, lines) => {
  const run = await runMemmon(args, UNDER_SUPERVISORD)
  expect(run).toMatchObject({ code: 0, stdout: 'READY\n' })
  for (const line of lines) expect(run.stderr).toMatch(line)
  expect(run.stderr).toMatch(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|WARN) .*\n)+$/)
})

test.each([['-h'], ['--help'], ['-a', '1MB', '-h']])('%s shows the help', async (...args) => {
  const run = await runMemmon(args)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toMatch(/^Usage: memmon \[command\] \[options\]\n/)
  expect(run.stdout).toContain('[eventlistener:memmon]\n')
})

test.each(['-V', '--version'])('%s shows the version', async flag => {
  expect(await runMemmon([flag])).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' })
})

test('by hand: what it is and the block for supervisord.conf, with the flags that were given', async () => {
  const run = await runMemmon(['-p', "it's=1MB", '-s', 'x %d; y', '-a', '5MB'])
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain('memmon is an event listener')
  expect(run.stderr).toContain(
    `[eventlistener:memmon]\ncommand=memmon -p 'it'"'"'s=1MB' -s 'x %%d; y' -a 5MB\nevents=TICK_60\n`,
  )
  expect((await runMemmon([])).stderr).toContain('\ncommand=memmon -a 200MB -m bob@example.com\n')
})
