// The system calls in which threads wait, by the numbers of the two architectures that memmon meets most. Others are
// shown by number. Pure.

const X64: Readonly<Record<number, string>> = {
  0: 'read',
  1: 'write',
  7: 'poll',
  17: 'pread64',
  18: 'pwrite64',
  23: 'select',
  34: 'pause',
  35: 'nanosleep',
  42: 'connect',
  43: 'accept',
  44: 'sendto',
  45: 'recvfrom',
  46: 'sendmsg',
  47: 'recvmsg',
  61: 'wait4',
  65: 'semop',
  70: 'msgrcv',
  72: 'fcntl',
  73: 'flock',
  74: 'fsync',
  75: 'fdatasync',
  128: 'rt_sigtimedwait',
  130: 'rt_sigsuspend',
  202: 'futex',
  208: 'io_getevents',
  219: 'restart_syscall',
  220: 'semtimedop',
  230: 'clock_nanosleep',
  232: 'epoll_wait',
  247: 'waitid',
  257: 'openat',
  270: 'pselect6',
  271: 'ppoll',
  281: 'epoll_pwait',
  288: 'accept4',
  299: 'recvmmsg',
}

const ARM64: Readonly<Record<number, string>> = {
  4: 'io_getevents',
  22: 'epoll_pwait',
  25: 'fcntl',
  32: 'flock',
  56: 'openat',
  63: 'read',
  64: 'write',
  67: 'pread64',
  68: 'pwrite64',
  72: 'pselect6',
  73: 'ppoll',
  82: 'fsync',
  83: 'fdatasync',
  95: 'waitid',
  98: 'futex',
  101: 'nanosleep',
  115: 'clock_nanosleep',
  128: 'restart_syscall',
  133: 'rt_sigsuspend',
  137: 'rt_sigtimedwait',
  188: 'msgrcv',
  192: 'semtimedop',
  193: 'semop',
  202: 'accept',
  203: 'connect',
  206: 'sendto',
  207: 'recvfrom',
  211: 'sendmsg',
  212: 'recvmsg',
  242: 'accept4',
  243: 'recvmmsg',
  260: 'wait4',
}

/** From 424 on, numbers are the same everywhere. */
const COMMON: Readonly<Record<number, string>> = {
  426: 'io_uring_enter',
  441: 'epoll_pwait2',
  449: 'futex_waitv',
  455: 'futex_wait',
}

const BY_ARCHITECTURE: Readonly<Record<string, Readonly<Record<number, string>>>> = { x64: X64, arm64: ARM64 }
/** A program of 32 bits has its stack below this, and numbers of its own. */
const FOUR_GIB = 2 ** 32

export interface Syscall {
  readonly name: string
  /** Absent for a thread that runs. */
  readonly stackPointer?: number
}

/** /proc/<pid>/task/<tid>/syscall: 'running', or number, arguments, stack pointer, program counter; -1 outside a call. */
export function parseSyscall(text: string, architecture: string): Syscall {
  const words = text.trim().split(' ')
  const [first = ''] = words
  if (!/^-?\d+$/.test(first)) return { name: 'running' }
  const stackPointer = Number(words.at(-2))
  if (first === '-1') return { name: 'none', stackPointer }
  const names = stackPointer < FOUR_GIB ? {} : { ...COMMON, ...BY_ARCHITECTURE[architecture] }
  return { name: names[Number(first)] ?? `syscall ${first}`, stackPointer }
}
