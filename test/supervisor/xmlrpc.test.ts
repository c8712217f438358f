// XML-RPC against answers recorded from a real supervisord, and against what else may come.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/core/errors.ts'
import { createClient } from '../../src/supervisor/client.ts'
import { decodeReply, encodeCall } from '../../src/supervisor/xmlrpc.ts'

const recorded = (name: string): string =>
  readFileSync(new URL(`../fixtures/xmlrpc/${name}.xml`, import.meta.url), 'utf8')

const clientOf = (body: string) => createClient({ post: async () => body, close: () => {} })

function faultOf(body: string): SupervisorFault {
  try {
    decodeReply(body)
  } catch (thrown) {
    if (thrown instanceof SupervisorFault) return thrown
    throw thrown
  }
  throw new Error('no fault')
}

const wrap = (value: string): string =>
  `<methodResponse><params><param><value>${value}</value></param></params></methodResponse>`

describe('recorded answers', () => {
  test('getAllProcessInfo: every process, also around a name that XML forbids', async () => {
    const all = await clientOf(recorded('all-process-info')).getAllProcessInfo()
    const states = Object.fromEntries(all.map(info => [info.namespec, info.state]))
    expect(states).toEqual({
      'ctl\ufffdz:ctl\ufffdz': 20,
      'fatal:fatal': 200,
      'grp:sleep': 20,
      'héllo→😀:héllo→😀': 20,
      'lst:lst': 20,
      'missing:missing': 200,
      'off:off': 0,
      'w:w_00': 20,
      'w:w_01': 20,
      'x=y"\'<b>&:x=y"\'<b>&': 20,
    })
  })

  test('getProcessInfo', async () => {
    expect(await clientOf(recorded('process-info')).getProcessInfo('grp:sleep')).toEqual({
      group: 'grp',
      name: 'sleep',
      namespec: 'grp:sleep',
      state: 20,
      pid: 3196,
      startSeconds: 1795224130,
      nowSeconds: 1795224145,
      spawnError: '',
    })
  })

  test('getAllConfigInfo: the event listener is recognised, and it alone', async () => {
    expect(await clientOf(recorded('all-config-info')).getListenerNamespecs()).toEqual(new Set(['lst:lst']))
  })

  test.each([
    ['state', { statecode: 1, statename: 'RUNNING' }],
    ['pid', 3191],
  ])('%s', (name, value) => expect(decodeReply(recorded(name))).toEqual(value))

  test.each([
    ['fault-bad-name', 10, 'BAD_NAME: nope (fault 10)'],
    ['fault-not-running', 70, 'NOT_RUNNING: off (fault 70)'],
    ['fault-already-started', 60, 'ALREADY_STARTED: grp:sleep (fault 60)'],
    ['fault-no-file', 20, "NO_FILE: can't find command '/nonexistent/x' (fault 20)"],
    ['fault-spawn-error', 50, 'SPAWN_ERROR: fatal (fault 50)'],
  ])('%s has its code and its name', (name, code, message) => {
    expect(faultOf(recorded(name))).toMatchObject({ kind: 'fault', code, message })
  })
})

test.each([
  ['no declaration, an untyped string', wrap('plain'), 'plain'],
  ['an empty string', wrap('<string></string>'), ''],
  ['an empty untyped value', wrap(''), ''],
  ['i4', wrap('<i4> 7 </i4>'), 7],
  ['a negative int', wrap('<int>-1</int>'), -1],
  ['a double', wrap('<double>1.5</double>'), 1.5],
  [
    'booleans',
    wrap(
      '<array><data><value><boolean>1</boolean></value><value><boolean>0</boolean></value></data></array>',
    ),
    [true, false],
  ],
  ['an empty array', wrap('<array><data/></array>'), []],
  ['nil', wrap('<nil/>'), ''],
  ['an unknown entity', wrap('<string>a&nbsp;b</string>'), 'a&nbsp;b'],
  ['entities and CDATA', wrap('<string>&lt;&#233;<![CDATA[<x>]]></string>'), '<é<x>'],
  ['control characters', wrap('<string>a\x00b\x1fc\ufffe</string>'), 'a\ufffdb\ufffdc\ufffd'],
])('tolerated: %s', (_, body, value) => expect(decodeReply(body)).toEqual(value))

test.each([
  ['nothing', ''],
  ['HTML', '<html><body><h1>It works!</h1></body></html>'],
  ['broken HTML', '<head>\n<title>Error response</title></head><body><p>Error code 400.'],
  ['text', 'Internal Server Error'],
  ['no value', '<methodResponse><params><param/></params></methodResponse>'],
  ['an int that is none', wrap('<int>x</int>')],
  ['an empty int', wrap('<int></int>')],
  ['a struct without names', wrap('<struct><member><value>x</value></member></struct>')],
  [
    'a DOCTYPE that expands',
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><methodResponse>&b;</methodResponse>',
  ],
])('refused as no XML-RPC: %s', (_, body) => {
  expect(faultOf(body)).toMatchObject({
    kind: 'reply',
    message: expect.stringMatching(/^the answer is not XML-RPC/),
  })
})

test('an answer cut anywhere is a fault, never another error and never half an answer', () => {
  const body = recorded('all-process-info')
  for (let at = 0; at < body.trimEnd().length; at += 50) expect(faultOf(body.slice(0, at)).kind).toBe('reply')
})

test('a process that lacks its pid is left out, the others stay', async () => {
  const body = recorded('all-process-info').replace(/<name>pid<\/name>/, '<name>dip</name>')
  expect(await clientOf(body).getAllProcessInfo()).toHaveLength(9)
  await expect(clientOf(wrap('<int>1</int>')).getAllProcessInfo()).rejects.toThrow('no list of processes')
})

test('a call is read by the XML-RPC of Python as it was meant', () => {
  const params = ['plain', `<b>&amp;"'=]]>`, 'héllo→😀', 'a:b *?', true, false, 7]
  const program =
    'import sys, json, xmlrpc.client as x; p, m = x.loads(sys.stdin.read()); print(json.dumps([m, p]))'
  const output = execFileSync('/usr/bin/python3', ['-c', program], {
    input: encodeCall('supervisor.x', params),
  })
  expect(JSON.parse(output.toString())).toEqual(['supervisor.x', params])
})
