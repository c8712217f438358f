// The names of evidence files: memmon-<UTC>-<group>_<name>-<pid>.json, and .txt for what a command said. Pure.
import { fingerprint } from '../base/fingerprint.ts'

export interface EvidenceOf {
  readonly group: string
  readonly name: string
  readonly pid: number
  readonly takenAt: number
}

/** What a file in the folder is, by its name alone. */
export interface NamedFile {
  /** Files of one stem are one evidence. */
  readonly stem: string
  /** Group and name, as far as a file name can hold them. */
  readonly program: string
  /** In the order of time, as text. */
  readonly takenAt: string
  /** Being written, or left by a memmon that was killed meanwhile: not to be read. */
  readonly isHalf: boolean
}

const LONGEST_PROGRAM = 100
const FILE = /^(memmon-(\d{8}T\d{9}Z)-([\w.-]+)-\d+)\.(?:json|txt)(\.new)?$/

/** Without its ending. */
export const stemOf = ({ group, name, pid, takenAt }: EvidenceOf): string =>
  `memmon-${new Date(takenAt).toISOString().replace(/[-:.]/g, '')}-${programOf(group, name)}-${pid}`

/** A name may hold anything, slashes, too, and be of any length. Two that read alike here are told apart by a hash. */
export function programOf(group: string, name: string): string {
  const wanted = `${group}_${name}`
  const clean = wanted.replace(/[^\w.-]/g, '_').slice(0, LONGEST_PROGRAM)
  return clean === wanted ? clean : `${clean}_${fingerprint(wanted).slice(0, 8)}`
}

/** undefined for a file of somebody else's. */
export function parseFileName(file: string): NamedFile | undefined {
  const [, stem, takenAt, program, half] = FILE.exec(file) ?? []
  if (stem === undefined || takenAt === undefined || program === undefined) return undefined
  return { stem, takenAt, program, isHalf: half !== undefined }
}
