// What help says about the commands that ask the running memmon through its socket.
import { type CommandText, ITS_NAME, NAMES } from './command-text.ts'

const AGENTS_ARE =
  "It asks the running memmon through its agent socket (agent_socket in memmon.conf, off by default), as root or as memmon's user. Workers have an agent if they load memmon/agent. MEMMON_SOCKET names another socket."

const ACTS_ARE =
  "It asks memmon through its socket (agent_socket = auto in memmon.conf, off by default), as root or as memmon's user. MEMMON_SOCKET names another socket. docs/status.md has the details."

export const SOCKET_COMMAND_TEXTS = {
  agents: {
    summary: 'show the workers that have an agent',
    help: 'Prints which workers have connected to memmon, since when, their heap, external memory, event-loop delay, share of garbage collection, and their own status fields.\nExit code: 1 if none is connected or one does not answer, 2 if memmon does not answer, else 0.',
    more: AGENTS_ARE,
    examples: [
      ['', 'who is connected'],
      ['--json', 'the same, for a program'],
    ],
  },
  sample: {
    argument: { name: '<process>', help: ITS_NAME },
    summary: 'sample what a worker allocates and retains',
    help: "Has a worker's agent sample its memory for a while, and prints what was allocated and what was still held at the end, by package, file and location. The worker goes on, usually about 10% slower, more if it mainly makes Buffers. Ctrl-C ends the sample.\nExit code: 1 if the sample failed, 2 if memmon does not answer, else 0.",
    more: AGENTS_ARE,
    examples: [
      ['web', 'what does it keep?'],
      ['web --duration 2m', 'a slow leak'],
    ],
  },
  dump: {
    argument: {
      name: '<what>',
      help: 'heap, threads, gc or scheduler',
      choices: ['heap', 'threads', 'gc', 'scheduler'],
    },
    second: { name: '<process>', help: ITS_NAME },
    summary: 'dump heap, threads, gc or scheduler of a worker',
    help: "Has a worker's agent dump its heap, its threads, a profile of its garbage collection, or what its event loop waits for. A heap snapshot stops the worker for seconds and needs memory of 10 times its heap and disk of 3 times: the agent refuses it without them. Of its threads you see name and state, and the stacks of worker threads, until each of which is back from a native call the worker stands still. The main thread's stack needs MEMMON_WATCHDOG=1 in the worker, and shows only while it hangs. Large results go to a file of the worker's user; the command prints its path.\nExit code: 1 if the dump failed, 2 if memmon does not answer, else 0.",
    more: AGENTS_ARE,
    examples: [
      ['threads web', 'where is it now?'],
      ['heap worker:worker_03', 'a snapshot for Chrome DevTools'],
      ['gc web', 'how much time garbage collection takes'],
    ],
  },
  restart: {
    argument: { name: '<process>', help: NAMES },
    summary: 'have memmon restart a program now',
    help: 'Asks memmon to restart a program like one over its limit: one process of a group at a time, with its hooks, its evidence, the journal and a mail, which says that somebody asked for it. Waits until it is done; after Ctrl-C memmon carries on. memmon refuses programs that it does not watch, and while --max-restarts or --restart-backoff holds a restart back.\nExit code: 1 if one was refused or failed, 2 if memmon cannot be asked, else 0.',
    more: ACTS_ARE,
    examples: [
      ['web', 'the one of that name'],
      ["'worker:*'", 'a group, one after the other'],
    ],
  },
  drain: {
    argument: { name: '<process>', help: NAMES },
    summary: 'have memmon ask a program to finish',
    help: 'Asks memmon to drain a program: memmon asks it to finish, as above its soft_limit, and restarts it when it has finished or when its grace is over. memmon refuses a program without such a limit.\nExit code: 1 if one was refused, 2 if memmon cannot be asked, else 0.',
    more: ACTS_ARE,
    examples: [['worker:worker_03', 'one worker']],
  },
  mute: {
    argument: { name: '<process>', help: NAMES },
    second: { name: '[time]', help: 'how long; default: 1h, at most 1d' },
    summary: 'leave a program alone for a while',
    help: 'For that time memmon neither acts on the program nor alerts about it, even if memmon restarts. It finishes what it has begun.\nExit code: 1 if one was refused, 2 if memmon cannot be asked, else 0.',
    more: ACTS_ARE,
    examples: [
      ['web', 'for an hour'],
      ["'worker:*' 20m", 'a group, during a deploy'],
    ],
  },
  unmute: {
    argument: { name: '<process>', help: NAMES },
    summary: 'end a mute early',
    help: 'From its next check on, memmon acts on the program again.\nExit code: 1 if one was not muted, 2 if memmon cannot be asked, else 0.',
    more: ACTS_ARE,
    examples: [['web', 'memmon may act again']],
  },
} as const satisfies Readonly<Record<string, CommandText>>
