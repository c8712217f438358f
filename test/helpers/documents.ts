// The documents as their readers use them: code blocks, links, headings.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

export interface CodeBlock {
  /** The document, below the root. */
  readonly path: string
  /** What stands behind the opening ```; '' for a block that is indented. */
  readonly language: string
  readonly text: string
}

/** README, CHANGELOG, CONTRIBUTING and all of docs. */
export const documentPaths = (): string[] => [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs')).map(name => `docs/${name}`),
]

export const readDocument = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

export function codeBlocks(path: string): CodeBlock[] {
  const text = readDocument(path)
  const fenced = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', block = '']) => ({
    path,
    language,
    text: block,
  }))
  const indented = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/(?:^ {4}\S.*\n)+/gm)].map(
    ([block]) => ({ path, language: '', text: block.replace(/^ {4}/gm, '') }),
  )
  return [...fenced, ...indented]
}

/** The blocks of a language in all documents, README.md's first. */
export const blocksOf = (language: string): CodeBlock[] =>
  documentPaths()
    .flatMap(codeBlocks)
    .filter(block => block.language === language)

/** The lines of code blocks that run memmon, without the prompt that those of a console have. */
export const memmonLines = (path: string): string[] =>
  codeBlocks(path)
    .filter(({ language }) => language === '' || language === 'console')
    .flatMap(({ language, text }) => [
      ...text.matchAll(language === 'console' ? /^\$ (memmon .*)$/gm : /^(memmon .*)$/gm),
    ])
    .map(([, line = '']) => line)

/** A template's `<pid>` and the like stand for any text. */
export const templateRegex = (template: string): RegExp =>
  new RegExp(
    `^${template
      .split(/<[^>]*>/)
      .map(text => text.replace(/[^\w\s]/g, '\\$&'))
      .join('.+')}$`,
  )

export interface Trouble {
  readonly heading: string
  /** The line in the log, as a template. */
  readonly line: string
}

/** The sections of docs/troubleshooting.md that explain a line of the log. */
export const troubles = (): Trouble[] =>
  [...readDocument('docs/troubleshooting.md').matchAll(/^### (.*)\n\n> `(.*)`$/gm)].map(
    ([, heading = '', line = '']) => ({ heading, line }),
  )

/** The targets of links that point into the repository, as [file, heading or undefined]. */
export function localLinks(path: string): [string, string | undefined][] {
  return [...readDocument(path).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
    ([, file = '', heading]) => [file === '' ? path : join(dirname(path), file), heading],
  )
}

/** The headings of a document in the form that links name them by. */
export const headingSlugs = (path: string): string[] =>
  [...readDocument(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
