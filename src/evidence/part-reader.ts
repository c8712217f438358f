// Reads each part of the facts. What one part leaves for another (how large it is, where its stacks are) is kept here.
import { memoryFolders } from '../proc/cgroup-folders.ts'
import { readCgroup } from './cgroup.ts'
import { readChildren } from './children.ts'
import { readDescriptors } from './descriptors.ts'
import type { Facts, MissingPart, Part, ProgramFacts, StatusFacts } from './facts.ts'
import { isGone, known, numberOf, Unread, word } from './known.ts'
import { type ReadMemory, readMemory } from './memory.ts'
import type { MachineFacts } from './memory-facts.ts'
import type { Pace } from './pace.ts'
import type { ProcFiles } from './proc-files.ts'
import { parseIo, parseLimits, parseMeminfo } from './small-parts.ts'
import { parseStatus } from './status.ts'
import { readThreads } from './threads.ts'

/** What is the same for every process of this machine. */
export interface Here {
  readonly pageBytes: number | undefined
  readonly kernel: string
  readonly architecture: string
}

export type PartFacts = Partial<Pick<Facts, Part>>

interface ReadPart {
  readonly facts: PartFacts
  readonly missing: Readonly<Partial<Record<MissingPart, string>>>
}

/** A part, asked for in the order of PARTS. Throws if nothing of it can be read; codeOf says why. */
export function createPartReader(
  pid: number,
  files: ProcFiles,
  pace: Pace,
  here: Here,
): (part: Part) => Promise<ReadPart> {
  const folder = `/proc/${pid}`
  const text = (name: string) => files.read(`${folder}/${name}`)
  const whole = (facts: PartFacts): ReadPart => ({ facts, missing: {} })
  /** Pages that a walk of its memory meets; too many where that is not known. */
  let walkedBytes: number | undefined
  /** A process's descriptors and executable are gone once its main thread is: nothing is left to read. */
  let hasEnded = false
  const unlessEnded = () => {
    if (hasEnded) throw new Unread('ESRCH')
  }
  const readStatus = (): StatusFacts => {
    walkedBytes = Infinity
    const status = parseStatus(text('status'))
    hasEnded = status.state === 'zombie'
    walkedBytes = (status.rssBytes ?? 0) + (status.swapBytes ?? 0)
    return status
  }
  let stackPointers: readonly number[] = []
  let memory: ReadMemory | undefined
  const inMemory = async (name: 'rollup' | 'mappings'): Promise<ReadPart> => {
    if (walkedBytes === undefined) readStatus()
    memory ??= await readMemory(folder, walkedBytes ?? Infinity, stackPointers, files, pace)
    const { missing, [name]: facts } = memory
    const { smaps, [name]: code } = missing
    const missingPart = code === undefined ? {} : { [name]: code }
    const missingSmaps = name === 'rollup' || smaps === undefined ? {} : { smaps }
    return {
      facts: facts === undefined ? {} : { [name]: facts },
      missing: { ...missingPart, ...missingSmaps },
    }
  }
  const readers: Readonly<Record<Part, () => ReadPart | Promise<ReadPart>>> = {
    status: () => whole({ status: readStatus() }),
    machine: () => whole({ machine: readMachine(files, here) }),
    limits: () => whole({ limits: parseLimits(text('limits')) }),
    cgroup() {
      const folders = memoryFolders(text('cgroup'), files.read('/proc/self/mountinfo'))
      return whole({ cgroup: readCgroup(folders, path => orNothing(() => files.read(path))) })
    },
    program() {
      unlessEnded()
      return whole({ program: programOf(files.link(`${folder}/exe`)) })
    },
    async threads() {
      const read = await readThreads(`${folder}/task`, files, pace, here.architecture)
      stackPointers = read.stackPointers
      return { facts: { threads: read.facts }, missing: read.missing }
    },
    async descriptors() {
      unlessEnded()
      const { facts, missing } = await readDescriptors(folder, files, pace)
      return { facts: { descriptors: facts }, missing }
    },
    io: () => whole({ io: parseIo(text('io')) }),
    async children() {
      if (here.pageBytes === undefined) throw new Unread('unsupported')
      return whole({ children: await readChildren(pid, here.pageBytes, files, pace) })
    },
    rollup: () => inMemory('rollup'),
    mappings: () => inMemory('mappings'),
  }
  return async part => {
    // The mappings have been read with their sum.
    if (pace.isOver() && !(part === 'mappings' && memory)) throw new Unread('timeout')
    return readers[part]()
  }
}

function readMachine(files: ProcFiles, here: Here): MachineFacts {
  const mostMappings = orNothing(() => files.read('/proc/sys/vm/max_map_count'))
  return known<MachineFacts>({
    ...here,
    ...parseMeminfo(files.read('/proc/meminfo')),
    mostMappings: numberOf(mostMappings),
  })
}

const DELETED = ' (deleted)'

function programOf(target: string): ProgramFacts {
  const isDeleted = target.endsWith(DELETED)
  return { executable: word(isDeleted ? target.slice(0, -DELETED.length) : target), isDeleted }
}

/** A file that this kernel or group does not have. */
function orNothing(read: () => string): string | undefined {
  try {
    return read()
  } catch (thrown) {
    if (isGone(thrown)) return undefined
    throw thrown
  }
}
