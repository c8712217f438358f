// Facts of a process for tests: whole ones of the processes that the documents tell of, and the bare ground of any.
import type { DescriptorFacts, Facts, StatusFacts, ThreadFacts } from '../../src/evidence/facts.ts'
import type { MappingFacts, RollupFacts } from '../../src/evidence/memory-facts.ts'

export const MB = 1024 * 1024

/** With nothing known but what is given. */
export const factsOf = (parts: Partial<Facts> = {}): Facts => ({
  version: 1,
  pid: 4711,
  startTicks: 100,
  takenAt: 1_790_000_000_000,
  tookMs: 12,
  missing: {},
  ...parts,
})

export const statusOf = (parts: Partial<StatusFacts> = {}): StatusFacts => ({
  name: 'python3',
  state: 'sleeping',
  parentPid: 1,
  uid: 1000,
  threadCount: 1,
  ...parts,
})

export const rollupOf = (parts: Partial<RollupFacts> = {}): RollupFacts => ({
  rssBytes: 0,
  pssBytes: 0,
  privateBytes: 0,
  sharedBytes: 0,
  ...parts,
})

export const threadsOf = (count: number, parts: Partial<ThreadFacts> = {}): ThreadFacts => ({
  count,
  lookedAtCount: count,
  byState: [],
  byName: [],
  byWchan: [],
  bySyscall: [],
  alike: [],
  ...parts,
})

export const descriptorsOf = (count: number, parts: Partial<DescriptorFacts> = {}): DescriptorFacts => ({
  count,
  lookedAtCount: count,
  byKind: [],
  sockets: [],
  peers: [],
  files: [],
  ...parts,
})

const NO_SUM = { count: 0, sizeBytes: 0, rssBytes: 0 }

export const mappingsOf = (parts: Partial<MappingFacts> = {}): MappingFacts => ({
  source: 'smaps',
  count: 100,
  isWhole: true,
  groups: [],
  named: [],
  equal: [],
  arenas: NO_SUM,
  ...parts,
})

export const LIBC = {
  name: '/usr/lib/x86_64-linux-gnu/libc.so.6',
  kind: 'file',
  count: 5,
  sizeBytes: 2 * MB,
  rssBytes: MB,
} as const
