// XML-RPC against replies that test/fixtures/xmlrpc/record.mjs recorded, and against what else may come.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { createClient } from '../../src/supervisor/client.ts'
import { encodeCall, type XmlRpcValue } from '../../src/supervisor/xmlrpc.ts'
import { decodeReply } from '../../src/supervisor/xmlrpc-reply.ts'
import { PYTHON } from '../helpers/python.ts'

const recordedBytes = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/xmlrpc/${name}.xml`, import.meta.url))
const recorded = (name: string): string => recordedBytes(name).toString('utf8')

const clientOf = (body: string) => createClient({ post: async () => body, close: () => {} })

/** The fault of a body; anything else that is thrown fails the test. */
async function faultOf(body: string): Promise<SupervisorFault> {
  let value: XmlRpcValue
  try {
    value = await decodeReply(body)
  } catch (thrown) {
    if (thrown instanceof SupervisorFault) return thrown
    throw thrown
  }
  throw new Error(`no fault but ${JSON.stringify(value).slice(0, 200)}`)
}

const reply = (value: string): string =>
  `<methodResponse><params><param><value>${value}</value></param></params></methodResponse>`
const values = (...items: string[]): string =>
  `<array><data>${items.map(item => `<value>${item}</value>`).join('')}</data></array>`
const member = (name: string, value: string): string =>
  `<member><name>${name}</name><value>${value}</value></member>`
const MINIMAL = `<struct>${member('name', 'n')}${member('group', 'g')}${member('state', '<int>20</int>')}${member('pid', '<int>7</int>')}${member('start', '<int>1</int>')}</struct>`

describe('recorded replies', () => {
  test('getAllProcessInfo: every process with its name, whatever that holds', async () => {
    const all = await clientOf(recorded('getAllProcessInfo')).getAllProcessInfo()
    expect(Object.fromEntries(all.map(info => [info.namespec, info.state]))).toEqual({
      '"quoted":"quoted"': 20,
      '-p:-p': 20,
      '[x]:[x]': 20,
      'a\ufffdb:a\ufffdb': 20,
      'a&amp;b:a&amp;b': 20,
      'a&b:a&b': 20,
      'a;b:a;b': 20,
      'a<b>c:a<b>c': 20,
      'a=b:a=b': 20,
      'exited:exited': 100,
      'fatal:fatal': 200,
      'first:first': 20,
      "it's:it's": 20,
      'listener:listener': 20,
      'many:many_00': 20,
      'many:many_01': 20,
      'many:many_02': 20,
      'missing:missing': 0,
      'naïve→😀:naïve→😀': 20,
      'ordered:ordered': 20,
      'pair:left': 20,
      'pair:right': 20,
      'short:short': 0,
      'stopped:stopped': 0,
      'x*y?:x*y?': 20,
    })
    for (const { namespec, state, pid, startSeconds } of all) {
      expect(pid > 0, namespec).toBe(state === 20)
      expect(startSeconds > 0, namespec).toBe(!/missing|short|stopped/.test(namespec))
    }
  })

  test.each([
    ['getProcessInfo', { namespec: 'pair:left', group: 'pair', name: 'left', state: 20, spawnError: '' }],
    ['getProcessInfo-stopped', { namespec: 'stopped:stopped', state: 0, pid: 0, startSeconds: 0 }],
    ['getProcessInfo-fatal', { namespec: 'fatal:fatal', state: 200, pid: 0, spawnError: expect.any(String) }],
    ['getProcessInfo-utf8', { namespec: 'naïve→😀:naïve→😀', state: 20 }],
  ])('%s', async (name, info) => {
    expect(await clientOf(recorded(name)).getProcessInfo('any')).toMatchObject(info)
  })

  test('getAllConfigInfo: a listener is recognised unless its priority is written; a program never is', async () => {
    const listeners = await clientOf(recorded('getAllConfigInfo')).getListenerNamespecs()
    expect(listeners).toEqual(new Set(['listener:listener']))
  })

  test.each([
    ['getState', { statecode: 1, statename: 'RUNNING' }],
    ['getPID', expect.any(Number)],
    ['stopProcess', true],
    ['startProcess', true],
  ])('%s', async (name, value) => expect(await decodeReply(recorded(name))).toEqual(value))

  test.each([
    ['UNKNOWN_METHOD', 1, 'UNKNOWN_METHOD (fault 1)'],
    ['INCORRECT_PARAMETERS', 2, 'INCORRECT_PARAMETERS (fault 2)'],
    ['BAD_NAME', 10, 'BAD_NAME: no<such>&name (fault 10)'],
    ['NO_FILE', 20, "NO_FILE: can't find command '/no/such/command' (fault 20)"],
    ['SPAWN_ERROR', 50, 'SPAWN_ERROR: short (fault 50)'],
    ['ALREADY_STARTED', 60, 'ALREADY_STARTED: pair:left (fault 60)'],
    ['NOT_RUNNING', 70, 'NOT_RUNNING: stopped (fault 70)'],
  ])('the fault %s has code %d and its name', async (name, code, message) => {
    expect(await faultOf(recorded(`fault-${name}`))).toMatchObject({ kind: 'fault', code, message })
  })

  test.each([
    'getAllProcessInfo',
    'getProcessInfo-utf8',
    'fault-NO_FILE',
  ])('%s cut anywhere is a broken reply, never half an answer and never another error', async name => {
    const body = recordedBytes(name)
    const end = body.lastIndexOf('>')
    const step = body.length > 5000 ? 50 : 1
    for (let at = 0; at <= end; at += step) {
      expect((await faultOf(body.subarray(0, at).toString('utf8'))).kind, `${at} bytes`).toBe('reply')
    }
  })
})

test.each([
  ['an untyped value', reply('plain'), 'plain'],
  ['spaces around an untyped value are its own', reply(' a '), ' a '],
  ['an empty untyped value', reply(''), ''],
  [
    'a value closed in itself',
    '<methodResponse><params><param><value/></param></params></methodResponse>',
    '',
  ],
  ['an empty string', reply('<string/>'), ''],
  ['i4', reply('<i4> 7 </i4>'), 7],
  ['i8', reply('<i8>1795216665000</i8>'), 1795216665000],
  ['a negative int', reply('<int>-1</int>'), -1],
  ['a double', reply('<double>1.5</double>'), 1.5],
  [
    'booleans',
    reply(values('<boolean>1</boolean>', '<boolean>0</boolean>', '<boolean>true</boolean>')),
    [true, false, true],
  ],
  ['an empty array', reply('<array><data/></array>'), []],
  ['an empty struct', reply('<struct/>'), {}],
  ['nil', reply('<nil/>'), ''],
  ['a date', reply('<dateTime.iso8601>20261121T00:00:00</dateTime.iso8601>'), '20261121T00:00:00'],
  ['a type that nobody knows', reply('<ex:odd xmlns:ex="x">1</ex:odd>'), '1'],
  [
    'a struct with the name __proto__',
    reply(`<struct>${member('__proto__', 'x')}</struct>`),
    JSON.parse('{"__proto__":"x"}'),
  ],
  [
    'an encoding that is not UTF-8, since the bytes are',
    `<?xml version="1.0" encoding="us-ascii"?>${reply('é→😀')}`,
    'é→😀',
  ],
  ['a byte order mark', `\ufeff${reply('x')}`, 'x'],
  [
    'comments and processing instructions',
    reply('<!-- <x> --><?php echo ?><string>a<!-- b -->c</string>'),
    'ac',
  ],
  ['entities and CDATA', reply('<string>&lt;&amp;&#233;&#x2192;<![CDATA[<x>]]></string>'), '<&é→<x>'],
  ['an undefined entity', reply('<string>a&nbsp;b</string>'), 'a&nbsp;b'],
  ['control characters', reply('<string>a\x00b\x1fc\ufffed\ud800</string>'), 'a\ufffdb\ufffdc\ufffdd\ufffd'],
  ['references to control characters', reply('<string>a&#1;b&#xD800;c</string>'), 'a&#1;b&#xD800;c'],
  [
    'characters of two units, wherever the answer is cut into slices',
    reply(`<string>${'→😀é'.repeat(20_000)}</string>`),
    '→😀é'.repeat(20_000),
  ],
  ['invalid UTF-8', reply(Buffer.from([0x61, 0xff, 0xc3, 0x62]).toString('utf8')), 'a\ufffd\ufffdb'],
  ['a harmless DOCTYPE', `<!DOCTYPE methodResponse>${reply('x')}`, 'x'],
])('tolerated: %s', async (_, body, value) => expect(await decodeReply(body)).toEqual(value))

test.each([
  ['nothing', ''],
  ['spaces', ' \n '],
  ['text', 'Internal Server Error'],
  ['HTML', '<!DOCTYPE html><html><body><h1>It works!</h1></body></html>'],
  ['HTML that is no XML', '<head>\n<title>Error response</title>\n</head><body><p>Error code 400.'],
  ['JSON', '{"jsonrpc":"2.0"}'],
  ['a call', encodeCall('supervisor.getState', [])],
  ['an empty methodResponse', '<methodResponse/>'],
  ['no param', '<methodResponse><params/></methodResponse>'],
  ['no value', '<methodResponse><params><param/></params></methodResponse>'],
  ['a fault without a value', '<methodResponse><fault/></methodResponse>'],
  ['two replies', reply('a') + reply('b')],
  ['an int that is none', reply('<int>x</int>')],
  ['an empty int', reply('<int></int>')],
  ['an infinite double', reply('<double>Infinity</double>')],
  ['an array without data', reply('<array/>')],
  ['a member without a name', reply('<struct><member><value>x</value></member></struct>')],
  ['a member without a value', reply('<struct><member><name>x</name></member></struct>')],
  ['NUL alone', '\0'],
])('refused as no XML-RPC: %s', async (_, body) => {
  const fault = await faultOf(body)
  expect(fault).toMatchObject({
    kind: 'reply',
    code: 0,
    message: expect.stringMatching(/^the answer is not XML-RPC \(/),
  })
  expect(fault.message.length).toBeLessThan(300)
})

test.each([
  ['no struct', 'x', 'a fault without a text (fault 0)', 0],
  ['no code', `<struct>${member('faultString', 'oops')}</struct>`, 'oops (fault 0)', 0],
  [
    "Go's",
    `<struct>${member('faultCode', '<int>-32500</int>')}${member('faultString', 'fail to find process')}</struct>`,
    'fail to find process (fault -32500)',
    -32500,
  ],
])('a fault with %s is still a fault', async (_, value, message, code) => {
  const body = `<methodResponse><fault><value>${value}</value></fault></methodResponse>`
  expect(await faultOf(body)).toMatchObject({ kind: 'fault', code, message })
})

test.each([
  ['arrays', '<value><array><data>', '</data></array></value>'],
  ['unknown elements', '<a>', '</a>'],
  ['structs', '<value><struct><member><name>n</name>', '</member></struct></value>'],
])('%s nested in each other: read, or a broken reply, at any depth', async (_, open, close) => {
  const depths = [10, 100, 1000, 2000, 3000, 4000, 5000, 6000, 8000, 10_000, 20_000, 100_000]
  const outcome = async (depth: number) => {
    const body = `<methodResponse><params><param><value>${open.repeat(depth)}<value>x</value>${close.repeat(depth)}</value></param></params></methodResponse>`
    try {
      await decodeReply(body)
      return 'read'
    } catch (thrown) {
      expect(thrown, `${depth} levels`).toMatchObject({ name: 'SupervisorFault', kind: 'reply' })
      expect((thrown as Error).message).toContain('nested too deeply')
      return 'refused'
    }
  }
  const outcomes = await Promise.all(depths.map(outcome))
  expect(outcomes.slice(0, 2)).toEqual(['read', 'read'])
  expect(outcomes.at(-1)).toBe('refused')
})

test('entities that a DOCTYPE defines are not expanded: a billion laughs stay as long as they were', async () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`,
  )
  const doctype = `<!DOCTYPE methodResponse [<!ENTITY e0 "ha">${levels.join('')}<!ENTITY file SYSTEM "file:///etc/hostname">]>`
  expect(await decodeReply(doctype + reply('<string>&e12;&file;</string>'))).toBe('&e12;&file;')
})

test.each([
  'pid',
  'name',
  'group',
  'state',
  'start',
])('a process that lacks its %s is left out, the others stay', async missing => {
  const whole = await clientOf(recorded('getAllProcessInfo')).getAllProcessInfo()
  const body = recorded('getAllProcessInfo').replace(`<name>${missing}</name>`, `<name>no${missing}</name>`)
  const rest = await clientOf(body).getAllProcessInfo()
  expect(rest).toEqual(whole.filter(({ namespec }) => namespec !== whole[0]?.namespec))
})

test.each([
  ['a string', '<string>7</string>'],
  ['nil', '<nil/>'],
  ['an array', values('<int>7</int>')],
])('a pid that is %s counts as none', async (_, pid) => {
  const body = reply(values(MINIMAL, MINIMAL.replace('<int>7</int>', pid), '<int>1</int>'))
  expect(await clientOf(body).getAllProcessInfo()).toMatchObject([{ namespec: 'g:n', pid: 7 }])
  const one = clientOf(reply(MINIMAL.replace('<int>7</int>', pid))).getProcessInfo('g:n')
  await expect(one).rejects.toMatchObject({ kind: 'reply', message: expect.stringContaining('g:n lacks') })
})

test('where now is missing, the process counts as just started', async () => {
  expect(await clientOf(reply(MINIMAL)).getProcessInfo('g:n')).toMatchObject({
    startSeconds: 1,
    nowSeconds: 1,
  })
})

test.each([
  '<int>1</int>',
  MINIMAL,
  'x',
  '<nil/>',
])('a list of processes that is %s is a broken reply', async value => {
  const fault = { kind: 'reply', message: 'the answer is not a list of processes' }
  await expect(clientOf(reply(value)).getAllProcessInfo()).rejects.toMatchObject(fault)
})

test('calls are read by the XML-RPC of Python as they were meant', () => {
  const strange = [
    '',
    ' ',
    ' a ',
    'a b',
    '<b>',
    '&amp;',
    '&',
    `"'`,
    ']]>',
    '<![CDATA[x]]>',
    'a=b',
    'x*y?',
    'a\tb',
    'a\nb',
    'a\rb',
    'a\r\nb',
    '\u0085\u2028',
    'naïve→😀',
    '\ufffd',
    '\u{10fffd}',
    '%s%(x)s',
    '$&$1',
    '\\',
    '</string>',
    '-p',
    'gröup:*',
  ]
  const calls = [...strange.map(text => [text, false]), [true, false, 0, 7, -1, 2 ** 31 - 1], []]
  const program =
    'import sys, json, xmlrpc.client as x\nfor line in sys.stdin: print(json.dumps(x.loads(json.loads(line))))'
  const lines = calls.map(params => JSON.stringify(encodeCall('supervisor.someMethod', params)))
  const output = execFileSync(PYTHON, ['-c', program], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
  })
  const read = output
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(read).toEqual(calls.map(params => [params, 'supervisor.someMethod']))
})
