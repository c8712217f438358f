// npm packages that are loaded while memmon runs, though npm may be replacing them one by one just then: a load that
// has failed is tried anew. Node itself remembers some failures for as long as the process lives: that of an import,
// and that there was no package.json (nodejs.org/api/esm.html and modules.html, Caching).
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

let require: NodeJS.Require | undefined
/** Made when it is needed: READY does not wait for it. */
const load = (): NodeJS.Require => {
  require ??= createRequire(import.meta.filename)
  return require
}

/** A CommonJS package, or a module of one, as nodemailer/lib/addressparser. Throws an Error if it cannot be loaded at this time. */
export const requirePackage = (name: string): unknown => load()(packagePath(name))

/** An ES module. Rejects with an Error if it cannot be loaded at this time. */
export async function importPackage(name: string): Promise<unknown> {
  const path = packagePath(name)
  const { ino, mtimeMs, size } = statSync(path)
  // A file that failed as it was is another module when it is another file.
  return await import(`${pathToFileURL(path)}?${ino}-${mtimeMs}-${size}`)
}

/**
 * The file that is loaded for it. Throws an Error if there is none at this time. Node is asked only when there is a package
 * to be found: it would remember that there is none.
 */
export function packagePath(name: string): string {
  const [scope = '', inScope = ''] = name.split('/')
  const root = scope.startsWith('@') ? join(scope, inScope) : scope
  const folders = load().resolve.paths(name) ?? []
  if (!folders.some(folder => isPackage(join(folder, root)))) throw new Error(`Cannot find package ${name}`)
  return load().resolve(name)
}

function isPackage(folder: string): boolean {
  try {
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return true
  } catch {
    return false
  }
}
