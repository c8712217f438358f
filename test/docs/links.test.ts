// Links in the documents lead somewhere, and the npm scripts that they name are there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { documentPaths, headingSlugs, localLinks, ROOT, readDocument } from '../helpers/documents.ts'

describe('links', () => {
  const links = documentPaths().flatMap(path => localLinks(path).map(link => [path, ...link] as const))
  test.each(links)('%s -> %s # %s', (_, file, heading) => {
    expect(existsSync(join(ROOT, file)), file).toBe(true)
    if (heading !== undefined) expect(headingSlugs(file)).toContain(heading)
  })
})

test('the npm scripts that the documents name are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const named = documentPaths().flatMap(path =>
    [...readDocument(path).matchAll(/npm (?:run )?(demo|test|docs|build|lint|[a-z]+:[a-z0-9]+)\b/g)].map(
      m => m[1],
    ),
  )
  expect(named).toEqual(expect.arrayContaining(['demo', 'test']))
  expect(named.filter(name => !(name && name in scripts))).toEqual([])
})
