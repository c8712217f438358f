// supervisord.conf and what it includes, joined as supervisor joins them.
import { expect, test } from 'vitest'
import { readSupervisorConf, type SupervisorSources } from '../../src/config/supervisor-files.ts'

/** A file whose text is an Error cannot be read. */
function sourcesOf(files: Record<string, string | Error>): SupervisorSources & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    readText(path) {
      asked.push(path)
      const text = files[path]
      if (text instanceof Error) throw text
      return text
    },
    listFolder: folder =>
      Object.keys(files)
        .filter(path => path.startsWith(`${folder}/`))
        .map(path => path.slice(folder.length + 1).split('/')[0] ?? ''),
    environment: { CONF: 'conf.d' },
    hostName: 'box',
  }
}

const entryIn = (files: Record<string, string | Error>, section: string, key: string) =>
  readSupervisorConf('/e/s.conf', sourcesOf(files))?.sections.get(section)?.get(key)

test.each<[what: string, files: string]>([
  ['a pattern from the folder of the file', 'conf.d/*.conf'],
  ['%(here)s', '%(here)s/conf.d/x.conf'],
  ['a variable', '%(ENV_CONF)s/x.conf'],
  ['the name of the machine', 'none/%(host_node_name)s.conf conf.d/x.conf'],
  ['several lines', 'a/*.conf\n  conf.d/x.conf'],
])('[include] by %s', (_, files) => {
  const all = {
    '/e/s.conf': `[include]\nfiles = ${files}\n`,
    '/e/conf.d/x.conf': '[program:x]\ncommand = x\n',
  }
  expect(entryIn(all, 'program:x', 'command')).toEqual({ value: 'x', path: '/e/conf.d/x.conf', line: 2 })
})

test('of the same key the last file counts, in the order of the names, and other keys stay', () => {
  const all = {
    '/e/s.conf': '[include]\nfiles = d/*\n[program:x]\ncommand = main\nuser = main\n',
    '/e/d/b': '[program:x]\ncommand = b\n',
    '/e/d/a': '[program:x]\ncommand = a\n',
  }
  expect(entryIn(all, 'program:x', 'command')).toEqual({ value: 'b', path: '/e/d/b', line: 2 })
  expect(entryIn(all, 'program:x', 'user')).toEqual({ value: 'main', path: '/e/s.conf', line: 5 })
})

test('an included file includes no others', () => {
  const all = {
    '/e/s.conf': '[include]\nfiles = d/*\n',
    '/e/d/a': '[include]\nfiles = /f/*\n',
    '/f/b': '[program:x]\ncommand = b\n',
  }
  expect(entryIn(all, 'program:x', 'command')).toBeUndefined()
})

test('an included file that cannot be read is passed over, and named', () => {
  const all = { '/e/s.conf': '[include]\nfiles = d/*\n', '/e/d/a': new Error('/e/d/a cannot be read') }
  expect(readSupervisorConf('/e/s.conf', sourcesOf(all))?.unread).toEqual(['/e/d/a cannot be read'])
})

test('files are looked for where supervisorctl looks; the first that is there counts', () => {
  const sources = sourcesOf({ '/etc/supervisord.conf': '', '/etc/supervisor/supervisord.conf': '' })
  expect(readSupervisorConf(undefined, sources)?.file).toBe('/etc/supervisord.conf')
  expect(sources.asked).toEqual(['supervisord.conf', 'etc/supervisord.conf', '/etc/supervisord.conf'])
  expect(readSupervisorConf(undefined, sourcesOf({}))).toBeUndefined()
})

test.each<[files: Record<string, string | Error>, path: string | undefined, error: RegExp]>([
  [{}, '/x', /^-C \/x: no such file$/],
  [
    { '/etc/supervisord.conf': new Error('/etc/supervisord.conf cannot be read (permission denied)') },
    undefined,
    /permission denied\): run memmon as a user who may read .*, or give its file with -C/,
  ],
  [{ '/e/s.conf': '[include]\nfiles = %(ENV_NO)s\n' }, '/e/s.conf', /\[include\] files: %\(ENV_NO\)s cannot/],
])('%j, -C %s is refused', (files, path, error) => {
  expect(() => readSupervisorConf(path, sourcesOf(files))).toThrow(error)
})
