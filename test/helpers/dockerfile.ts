// The instructions of the Dockerfiles in examples/container, one after the other.
import { readDocument } from './documents.ts'

/** Below the root. */
export const RECIPES = 'examples/container'

export interface Instruction {
  readonly keyword: string
  readonly text: string
}

export const instructionsOf = (name: string): Instruction[] =>
  readDocument(`${RECIPES}/${name}`)
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter(line => line !== '')
    .map(line => ({ keyword: line.split(' ')[0] ?? '', text: line.slice(line.indexOf(' ') + 1).trim() }))

export const textsOf = (name: string, keyword: string): string[] =>
  instructionsOf(name).flatMap(one => (one.keyword === keyword ? [one.text] : []))

/** The words of CMD, or of the CMD of a health check. */
export const commandIn = (text = ''): string[] => JSON.parse(/\[.*\]$/.exec(text)?.[0] ?? '[]')
