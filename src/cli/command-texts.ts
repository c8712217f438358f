// What help says about each command for people: its arguments, what it does, its exit codes, and examples.
import { type CommandText, ITS_NAME, NAMES } from './command-text.ts'
import { SOCKET_COMMAND_TEXTS } from './socket-command-texts.ts'

/** Those with a file in completions/. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const

const RULES_ARE =
  'The rules are those of the [eventlistener:*] sections that run memmon, in supervisord.conf, which is found as supervisorctl finds it. Rules given here, by the options of the listener (memmon --help), replace them. It finds supervisord by --server-url, by SUPERVISOR_SERVER_URL, or in supervisord.conf.'

const HISTORIES_ARE =
  'It reads the history of each memmon that the [eventlistener:*] sections of supervisord.conf run, also while that one is stopped. supervisord.conf is found as supervisorctl finds it, supervisord by --server-url, by SUPERVISOR_SERVER_URL, or in that file.'

const SOME = 'of a process or a group, with * and ? as wildcards'

const TEXTS = {
  check: {
    argument: { name: '[name...]', help: SOME },
    summary: 'show sizes, limits and what memmon would do now',
    help: "Looks once at supervisord's processes, and prints how large each is, its limit and what memmon would do now. What is over its limit comes first, then what is nearest to it. It changes nothing.\nExit code: 1 if something is over its limit, else 2 if memmon could not look or could not read all rules, else 0.",
    more: RULES_ARE,
    examples: [
      ['', 'by the rules of the running listeners'],
      ["'worker_*' --watch", 'some processes, live'],
      ['-a 200MB', 'try a rule before you use it'],
    ],
  },
  status: {
    summary: 'show whether memmon works and all is well',
    help: 'Prints whether memmon gets ticks from supervisord and all programs are within their limits, and if not, why: its last tick, what is over, down, draining, capped, postponed or muted, queued messages, the last restarts with their reasons. It reads the state that memmon keeps on disk: it needs no socket, and works after memmon has ended. It changes nothing.\nExit code: 0 if all is well, 1 if a program is over a limit or down, 2 if memmon is not running, gets no ticks, or cannot be read.',
    more: 'docs/status.md has the exit codes and the fields of the JSON. supervisord.conf is found as supervisorctl finds it, supervisord by --server-url, by SUPERVISOR_SERVER_URL, or in that file.',
    examples: [
      ['', 'is all well?'],
      ['--json', 'the same for monitoring'],
    ],
  },
  top: {
    summary: 'show sizes, leaks and drains live; act on them',
    help: 'Shows live what the running memmon knows about its processes: sizes, limits, the last minutes, leaks with the time to their limits, drains and restarts. Whatever needs attention is on top. Keys sort, filter and show one process, its chart and its evidence; restart, drain and mute it, once you have confirmed. ? shows them all. In a pipe it prints one snapshot and exits.\nExit code: 0, or 2 if there is nothing to look at.',
    more: 'The listeners are those of the [eventlistener:*] sections that run memmon, in supervisord.conf, which is found as supervisorctl finds it. What they know is read as root or as their user; restarts, drains and mutes go through the agent socket (agent_socket in memmon.conf, off by default).',
    examples: [
      ['', 'all processes, every two seconds'],
      ['--delay 10s', 'over a slow line'],
    ],
  },
  explain: {
    argument: { name: '<process>', help: NAMES },
    summary: 'show why memmon would act on a process, or not',
    help: "Looks once at one of supervisord's processes, or at all that a group or a pattern names, and prints every rule, whether it matches, the figures, and why memmon would act or not. It changes nothing.\nExit code: 1 if something is over a limit, else 2 if memmon could not look or could not read all rules, else 0.",
    more: RULES_ARE,
    examples: [
      ['web', 'why it is restarted, or is not'],
      ["'worker:*'", 'the same of each process of a group'],
      ['web -a 200MB', 'try a rule before you use it'],
    ],
  },
  diagnose: {
    argument: { name: '<process>', help: ITS_NAME },
    summary: 'show what a process does and how it uses memory',
    help: 'Reads once what the kernel knows of one process, and prints what stands out in a few sentences; below them its memory by kind, its threads and what they wait for, its descriptors, children and control group. It changes nothing, and works without a running memmon. It names what it may not read, and what would allow it.\nExit code: 1 if the process is over a limit, else 2 if memmon could not look or could not read all rules, else 0.',
    more: RULES_ARE,
    examples: [
      ['web', 'why is it so large, why does it hang?'],
      ['worker:worker_03 --json', 'all facts, for a program or a report'],
      ['4711', 'a child that a program has forked'],
    ],
  },
  history: {
    argument: { name: '[name...]', help: SOME },
    summary: 'draw sizes over time, with leaks and forecasts',
    help: 'Draws what memmon has recorded: a chart for each of up to three processes, or for those that are named; a line for each of more. The limit is a line, restarts are marked, and a sentence says whether it leaks and when it reaches its limit.\nExit code: 1 if nothing is recorded yet, 2 if the command line is wrong, else 0.',
    more: HISTORIES_ARE,
    examples: [
      ['', 'all processes'],
      ["'worker_*' --since 6h", 'some processes, the last hours'],
      ['--csv > sizes.csv', 'all points, for a spreadsheet'],
    ],
  },
  suggest: {
    argument: { name: '[name...]', help: SOME },
    summary: 'suggest limits, each with its reason',
    help: "Suggests a limit for each process from memmon's recordings: its normal size, its peak, its spread, whether it leaks. Without a history it watches for a while first; Ctrl-C uses what it has seen so far. It changes nothing except the file that you name.\nExit code: 1 if no process was measured or there is nothing to write, 2 if the command line is wrong or the file cannot be written, else 0.",
    more: HISTORIES_ARE,
    examples: [
      ['', 'a limit for each process'],
      ['web --watch 10m', 'by what is seen in ten minutes'],
      ['--write memmon.conf', 'as a file that memmon reads'],
    ],
  },
  ...SOCKET_COMMAND_TEXTS,
  report: {
    summary: 'make an HTML page of sizes, leaks and forecasts',
    help: 'Makes one HTML page of what memmon has recorded: for each process a chart of its sizes with limit, restarts and forecast, and what it means. What needs a person first is on top. The page needs nothing else: send it, print it, keep it.\nExit code: 1 if nothing is recorded yet, 2 if the command line is wrong or the file cannot be written, else 0.',
    more: HISTORIES_ARE,
    examples: [
      ['--html report.html', 'a page to open in a browser'],
      ['> report.html', 'the same'],
    ],
  },
  analyse: {
    argument: { name: '<file...>', help: 'JSON Lines, gzipped or not; - is stdin' },
    summary: 'classify recorded sizes as leak, bloat or steady',
    help: 'Takes recorded series of sizes and prints memmon\'s verdict on each: leak, bloat or steady, every leak alarm, the slope and the time to the limit.\nA series is one line of JSON: {"id", "interval_s", "limit_bytes", "samples": [{"t", "rss", "pid"}]}, in seconds and bytes; only id, samples, t and rss have to be there.\nExit code: 1 if a file or a line could not be read, 2 if the command line is wrong, else 0.',
    more: 'docs/history.md has the form of the series and of the JSON, docs/growth.md how it decides.',
    examples: [
      ['sizes.jsonl.gz', 'each series in words'],
      ['--json - < sizes.jsonl', 'one line of JSON a series'],
    ],
  },
  'test-notify': {
    summary: 'send a test message by every channel',
    help: 'Sends one message, marked as a test, by every channel that the options name, and prints what each of them answered.\nExit code: 0 if all took it, 1 if one did not, 2 if the options are wrong.',
    more: 'It takes the options of the listener (memmon --help).',
    examples: [['-m bob@example.com', 'a test mail']],
  },
  completion: {
    argument: { name: '<shell>', help: 'bash, zsh or fish', choices: SHELLS },
    summary: 'print a shell completion script',
    help: 'Prints the completion of commands, options and their values for a shell. It asks the memmon on PATH at each TAB, and that one reads supervisord.conf for names of processes: it asks neither supervisord nor the memmon that runs, and evaluates nothing of the command line.\nExit code: 0, or 2 for a shell that it does not know.',
    more: 'The Debian package contains the completions of all three shells.',
    examples: [
      ['bash > memmon.bash', 'goes into /etc/bash_completion.d'],
      ['zsh > _memmon', 'goes into a folder of fpath'],
      ['fish > memmon.fish', 'goes into ~/.config/fish/completions'],
    ],
  },
} as const satisfies Readonly<Record<string, CommandText>>

export type HandCommand = keyof typeof TEXTS

export const COMMAND_TEXTS: Readonly<Record<HandCommand, CommandText>> = TEXTS
