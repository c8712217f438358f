// What the open descriptors of a process say: near their limit, of one kind, sockets that nobody closes. Pure.
import type { Count, DescriptorFacts, Facts } from './facts.ts'
import { countOf, countText, type Finding, leastCount, nameText, plural, wordRules } from './word-rule.ts'

export const DESCRIPTOR_RULES = wordRules([
  ['descriptor_limit', 95, leastCount(0.8, 1), nearLimit],
  ['close_wait', 95, leastCount(0.1, 20), closeWait, 'descriptors'],
  ['same_file', 80, leastCount(0.1, 20), sameFile, 'descriptors'],
  ['descriptor_kind', 70, leastCount(0.5, 100), oneKind, 'descriptors'],
  ['deleted_files', 60, leastCount(0, 10), deletedFiles],
])

const KINDS: ReadonlyMap<string, string> = new Map([
  ['socket', 'sockets'],
  ['pipe', 'pipes'],
  ['file', 'files'],
  ['deleted file', 'deleted files'],
  ['memfd', 'memfds'],
  ['device', 'devices'],
  ['eventfd', 'eventfds'],
  ['timerfd', 'timerfds'],
  ['pidfd', 'pidfds'],
])

/** 'sockets', 'files'; '1 file' has no plural. What has none of its own is a kind of descriptors. */
export function kindText(kind: string, count: number): string {
  const plural = KINDS.get(kind)
  if (plural === undefined) return `${nameText(kind)} ${count === 1 ? 'descriptor' : 'descriptors'}`
  return count === 1 ? kind : plural
}

const countIn = (counts: readonly Count[], wanted: string): number | undefined =>
  counts.find(({ what }) => what === wanted)?.count

/** '3,912 of 4,096 descriptors'; of very many only some have been looked at. */
function partText(amount: number, { count, lookedAtCount }: DescriptorFacts): string {
  return `${countOf(amount, lookedAtCount)} descriptors${lookedAtCount < count ? ' looked at' : ''}`
}

function nearLimit({ descriptors, limits }: Facts): Finding | undefined {
  const whole = limits?.openFiles?.soft
  if (!descriptors || !whole) return undefined
  const text = `${countOf(descriptors.count, whole)} descriptors are in use: at the limit (RLIMIT_NOFILE) no file, socket or pipe opens any more`
  return { amount: descriptors.count, whole, text }
}

function closeWait({ descriptors }: Facts): Finding | undefined {
  const amount = countIn(descriptors?.sockets ?? [], 'tcp CLOSE_WAIT')
  if (!descriptors || amount === undefined) return undefined
  const { count: most = 0, what: peer = '' } =
    descriptors.peers.find(({ what }) => what.startsWith('CLOSE_WAIT ')) ?? {}
  const whose = most >= amount / 2 ? `, most of them ${nameText(peer.replace('CLOSE_WAIT ', ''))}` : ''
  const text = `${partText(amount, descriptors)} are sockets in CLOSE_WAIT${whose}: the other side has closed them, the program has not`
  return { amount, whole: descriptors.lookedAtCount, text }
}

function sameFile({ descriptors }: Facts): Finding | undefined {
  const most = descriptors?.files[0]
  if (!descriptors || !most) return undefined
  const text = `${partText(most.count, descriptors)} are of one file, ${nameText(most.what)}: it is opened again and again and not closed`
  return { amount: most.count, whole: descriptors.lookedAtCount, text }
}

function oneKind({ descriptors }: Facts): Finding | undefined {
  const most = descriptors?.byKind[0]
  if (!descriptors || !most) return undefined
  const detail = most.what === 'socket' ? socketDetail(descriptors) : ''
  const text = `${partText(most.count, descriptors)} are ${kindText(most.what, most.count)}${detail}`
  return { amount: most.count, whole: descriptors.lookedAtCount, text }
}

/** ', 800 of them tcp ESTABLISHED, 700 to 10.0.0.5:5432'. */
function socketDetail({ sockets, peers }: DescriptorFacts): string {
  const [state, peer] = [sockets[0], peers[0]]
  if (!state) return ''
  const first = `, ${countText(state.count)} of them ${nameText(state.what)}`
  if (!peer || peer.count < state.count / 2) return first
  return `${first}, ${countText(peer.count)} ${nameText(peer.what.replace(/^\S+ /, ''))}`
}

function deletedFiles({ descriptors }: Facts): Finding | undefined {
  const amount = countIn(descriptors?.byKind ?? [], 'deleted file')
  if (!descriptors || amount === undefined) return undefined
  const example = descriptors.files.find(({ what }) => what.endsWith(' (deleted)'))
  const which = example ? `, such as ${nameText(example.what.replace(/ \(deleted\)$/, ''))}` : ''
  const text = `it holds ${plural(amount, 'deleted file')} open${which}: their disk space is freed only when it closes them`
  return { amount, whole: descriptors.lookedAtCount, text }
}

const MOST_KINDS = 3

/** '4,096 descriptors of 4,096: 3,912 sockets (3,900 tcp CLOSE_WAIT), 100 files, 84 others'; undefined if unknown. */
export function descriptorsText({ descriptors, limits }: Facts): string | undefined {
  if (!descriptors) return undefined
  const { count, lookedAtCount, byKind, sockets } = descriptors
  const limit = limits?.openFiles?.soft
  const shown = byKind.slice(0, MOST_KINDS)
  const others = lookedAtCount - shown.reduce((sum, one) => sum + one.count, 0)
  const parts = shown.map(one => {
    const state = one.what === 'socket' ? sockets[0] : undefined
    const detail = state ? ` (${countText(state.count)} ${nameText(state.what)})` : ''
    return `${countText(one.count)} ${kindText(one.what, one.count)}${detail}`
  })
  const head = `${plural(count, 'descriptor')}${limit ? `, ${countText(limit)} allowed` : ''}${lookedAtCount < count ? `, ${countText(lookedAtCount)} looked at` : ''}`
  const rest = others > 0 ? [plural(others, 'other')] : []
  return `${head}${parts.length > 0 ? `: ${[...parts, ...rest].join(', ')}` : ''}`
}
